// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Types of the governance.
interface IGovernanceTypes {
    /// @dev Rejected and Expired never reached the timelock; Cancelled did.
    enum ProposalState {
        None,
        Open,
        Approved,
        Rejected,
        Expired,
        Queued,
        Executed,
        Cancelled
    }

    enum Restriction {
        PauseClaims,
        SuspendOperator,
        HoldSlash
    }

    struct Call {
        address target;
        uint256 valueWei;
        bytes data;
    }

    /// @param callsHash keccak256(abi.encode(calls)).
    /// @param approvals Bitmap over members' numbers; so are `objections`. No bit is in both.
    /// @param threshold The council's at proposing.
    /// @param delaySec What the proposer asks for; the timelock's and the calls' own delays hold, too.
    /// @param expiresAtSec From then on nobody votes and nothing is queued.
    /// @param staleAtSec From then on anyone may cancel what is queued; 0 while it is not.
    /// @param operationId The timelock's; 0 while it is not queued.
    struct Proposal {
        bytes32 callsHash;
        bytes32 operationId;
        uint256 approvals;
        uint256 objections;
        uint40 expiresAtSec;
        uint40 staleAtSec;
        uint32 delaySec;
        uint8 threshold;
    }

    /// @param subject Number of the operator or slash; 0 for PauseClaims.
    /// @param expiresAtSec From then on no guardian joins.
    struct Act {
        Restriction kind;
        bool applied;
        uint40 expiresAtSec;
        uint32 durationSec;
        uint64 subject;
        uint256 approvals;
    }

    /// @notice Calls of this function of this contract wait at least so long.
    struct DelayRule {
        address target;
        bytes4 selector;
        uint32 delaySec;
    }

    /// @param votingSec How long a proposal takes votes.
    /// @param graceSec How long after its delay a queued proposal cannot be called stale.
    struct Setup {
        address timelock;
        address registry;
        address[] council;
        uint8 councilThreshold;
        address[] guardians;
        uint8 guardianThreshold;
        uint32 votingSec;
        uint32 graceSec;
        DelayRule[] rules;
    }
}

interface IGovernanceErrors {
    error NotTimelock(address sender);
    error NotMember(address sender);
    error AlreadyMember(address member);
    error TooManyMembers(uint256 limit);
    error BadThreshold(uint256 threshold, uint256 members);
    error BadReason(uint256 length);
    error BadCalls(uint256 count);
    error OtherCalls(uint64 proposalNo);
    error WrongState(uint64 proposalNo, IGovernanceTypes.ProposalState state);
    error AlreadyVoted(uint64 number, address member);
    error StillSupported(uint64 proposalNo);
    error OutOfRange(bytes32 what, uint256 value);
    error UnknownAct(uint64 actNo);
    error ActOver(uint64 actNo);
    error TooManyRenewals(uint256 untilSec);
    error TooManySuspended(uint256 limit);
}

interface IGovernanceEvents {
    event CouncilChanged(address[] removed, address[] added, uint8 threshold);
    event GuardiansChanged(address[] removed, address[] added, uint8 threshold);
    event PeriodsChanged(uint32 votingSec, uint32 graceSec);
    event DelayChanged(address indexed target, bytes4 indexed selector, uint32 delaySec);
    event Proposed(
        uint64 indexed proposalNo,
        address indexed proposer,
        IGovernanceTypes.Call[] calls,
        uint32 delaySec,
        uint8 threshold,
        uint40 expiresAtSec,
        string reason
    );
    event Approved(uint64 indexed proposalNo, address indexed member, string reason);
    event Objected(uint64 indexed proposalNo, address indexed member, string reason);
    event Queued(uint64 indexed proposalNo, bytes32 indexed operationId, uint40 readyAtSec);
    /// @param stale Nobody executed it in time; else too many objected.
    event ProposalCancelled(uint64 indexed proposalNo, bool stale);
    event RestrictionProposed(
        uint64 indexed actNo,
        address indexed guardian,
        IGovernanceTypes.Restriction kind,
        uint64 subject,
        uint32 durationSec,
        string reason
    );
    event RestrictionSupported(uint64 indexed actNo, address indexed guardian, string reason);
    event Restricted(uint64 indexed actNo, uint40 untilSec);
}

/// @title Governance: a council that decides behind a timelock, and guardians that may only restrict.
/// @notice Proposals and acts are numbered from 1. A reason is 1 to 1,024 bytes and stands in the event.
interface IGovernance is IGovernanceTypes, IGovernanceErrors, IGovernanceEvents {
    /// @notice Council member; approves by it.
    function propose(Call[] calldata calls, uint32 delaySec, string calldata reason)
        external
        returns (uint64 proposalNo);

    /// @notice Council member, once, who did not object.
    function approve(uint64 proposalNo, string calldata reason) external;

    /// @notice Council member, once, also while it is queued; takes back an approval.
    function object(uint64 proposalNo, string calldata reason) external;

    /// @notice Anyone, when enough approve. Hands the calls to the timelock, where anyone executes them after the delay
    /// with `executeBatch(targets, values, payloads, 0, saltOf(proposalNo))`.
    function queue(uint64 proposalNo, Call[] calldata calls) external;

    /// @notice Anyone, when the members that did not object are fewer than the threshold, or nobody executed in time.
    function cancel(uint64 proposalNo) external;

    /// @notice Guardian; supports by it. Applied at once when one suffices.
    function restrict(Restriction kind, uint64 subject, uint32 durationSec, string calldata reason)
        external
        returns (uint64 actNo);

    /// @notice Guardian, once. The last that is needed applies it: it lasts `durationSec` from then.
    function support(uint64 actNo, string calldata reason) external;

    /// @notice Timelock only, as all that follow.
    function changeCouncil(address[] calldata removed, address[] calldata added, uint8 threshold)
        external;
    function changeGuardians(address[] calldata removed, address[] calldata added, uint8 threshold)
        external;
    function setPeriods(uint32 votingSec, uint32 graceSec) external;
    /// @notice A proposal that shortens a delay waits as long as the delay was.
    function setDelay(address target, bytes4 selector, uint32 delaySec) external;

    function timelock() external view returns (address);
    function registry() external view returns (address);
    function council() external view returns (address[] memory members, uint8 threshold);
    function guardians() external view returns (address[] memory members, uint8 threshold);
    function periods() external view returns (uint32 votingSec, uint32 graceSec);
    function delayOf(address target, bytes4 selector) external view returns (uint32 delaySec);
    function proposalCount() external view returns (uint64);
    function proposal(uint64 proposalNo) external view returns (Proposal memory);
    function stateOf(uint64 proposalNo) external view returns (ProposalState);
    /// @return approving Members of now that approve.
    /// @return objecting Members of now that object.
    /// @return needed How many have to approve.
    function tally(uint64 proposalNo)
        external
        view
        returns (uint256 approving, uint256 objecting, uint256 needed);
    function hasApproved(uint64 proposalNo, address member) external view returns (bool);
    function hasObjected(uint64 proposalNo, address member) external view returns (bool);
    function saltOf(uint64 proposalNo) external view returns (bytes32);
    function actCount() external view returns (uint64);
    function act(uint64 actNo) external view returns (Act memory);
    /// @return acts How many restrictions in a row the subject had.
    /// @return untilSec When the last one ends or ended.
    function runOf(Restriction kind, uint64 subject)
        external
        view
        returns (uint8 acts, uint40 untilSec);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Types of the registry.
interface IRegistryTypes {
    enum OperatorStatus {
        None,
        Active,
        Suspended,
        Exiting,
        Exited
    }

    /// @param cold Key that owns the operator's money and keys; never a node's key.
    /// @param bondWei What can still be slashed.
    /// @param status As it is now: a suspension ends by itself.
    /// @param suspendedUntilSec End of the last suspension; 0 when there was none.
    /// @param sitsOutGeneration Generation in which the operator holds no seat, after a silence; 0 when none.
    /// @param exitAtSec From when the bond may be withdrawn, by the longer of the unbonding times of then and now;
    /// 0 while not exiting, or exiting but still seated.
    struct Operator {
        address cold;
        address payout;
        OperatorStatus status;
        uint40 suspendedUntilSec;
        uint32 sitsOutGeneration;
        uint128 bondWei;
        uint40 exitAtSec;
        bytes32 vettingHash;
        string name;
        string region;
        string provider;
        string metadataUri;
    }

    /// @param roles Bit 0 executor, bit 1 verifier.
    /// @param keyTier 0 software file, 1 software token, 2 cloud KMS, 3 HSM, 4 attested HSM.
    /// @param dutyKey Signs records, commitments, verdicts, votes.
    /// @param actionKey Sends transactions.
    /// @param caHash SHA-256 of the SubjectPublicKeyInfo of the node's TLS CA key.
    struct Node {
        uint32 operatorNo;
        uint8 roles;
        uint8 keyTier;
        bool active;
        address dutyKey;
        address actionKey;
        bytes32 caHash;
        string endpoint;
    }

    /// @param executors How many operators may claim.
    /// @param verifiers How many operators may sit on committees, vote and feed the beacon.
    /// @param seed Decides the order of ranks (spec 04).
    struct Generation {
        uint32 executors;
        uint32 verifiers;
        uint40 openedAtSec;
        bytes32 seed;
    }

    /// @notice All windows in seconds; see spec 05 to 07 for what each bounds.
    struct Parameters {
        uint16 deltaSec;
        uint16 leaseMarginSec;
        uint32 claimWindowSec;
        uint16 beaconWindowSec;
        uint16 verdictWindowSec;
        uint16 responseSec;
        uint16 voteCommitSec;
        uint16 voteRevealSec;
        uint32 slashDelaySec;
        uint32 generationSec;
        uint32 unbondingSec;
        uint16 confirmations;
        uint128 minBondWei;
    }

    /// @notice What every claim and record asks for, in one slot: copies of the newest generation and parameters.
    /// @param pausedUntilSec Nothing is claimed before.
    struct Head {
        uint32 generation;
        uint16 executors;
        uint16 deltaSec;
        uint16 leaseMarginSec;
        uint32 claimWindowSec;
        uint16 confirmations;
        uint40 pausedUntilSec;
    }

    /// @param amountWei Frozen; moved by settleSlash, not before `settleAtSec`.
    struct Slash {
        uint32 operatorNo;
        uint32 reporterNo;
        uint40 settleAtSec;
        uint128 amountWei;
    }

    struct Runtime {
        bytes32 codeHash;
        uint40 activeFromSec;
        uint40 deprecatedAtSec;
    }
}

interface IRegistryErrors {
    error NotCouncil(address sender);
    error NotGuardian(address sender);
    error ClaimsPaused(uint256 untilSec);
    error NotCold(uint32 operatorNo, address sender);
    error NotLedger(address sender);
    error UnknownOperator(uint32 operatorNo);
    error UnknownNode(uint32 nodeNo);
    error WrongStatus(uint32 operatorNo, IRegistryTypes.OperatorStatus status);
    error KeyInUse(address key);
    error KeyNotAllowed(address key);
    error BadRoles(uint8 roles);
    error KeyTierTooLow(uint8 roles, uint8 tier, uint8 minimum);
    error BadCaBinding(address recovered, address dutyKey);
    error EmptyField(bytes32 field);
    error CaInUse(bytes32 caHash);
    error GenerationNotDue(uint256 dueAtSec);
    error SetUnchanged();
    error TooManyOperators(uint256 limit);
    error BondTooSmall(uint256 bondWei, uint256 minimumWei);
    error NotYet(uint256 atSec);
    error OutOfBounds(bytes32 parameter, uint256 value);
    error TransferFailed(address to, uint256 amountWei);
    error RuntimeKnown(uint16 version);
    error UnknownRuntime(uint16 version);
    error UnknownSlash(uint256 slashNo);
}

interface IRegistryEvents {
    event OperatorAdmitted(
        uint32 indexed operatorNo, address cold, bytes32 vettingHash, string name
    );
    event OperatorStatusChanged(
        uint32 indexed operatorNo,
        IRegistryTypes.OperatorStatus status,
        uint40 untilSec,
        bytes32 reasonHash
    );
    event NodeAdded(uint32 indexed nodeNo, uint32 indexed operatorNo, IRegistryTypes.Node node);
    event NodeChanged(uint32 indexed nodeNo, IRegistryTypes.Node node);
    event BondDeposited(uint32 indexed operatorNo, uint256 amountWei, uint256 bondWei);
    event BondWithdrawn(uint32 indexed operatorNo, uint256 amountWei);
    event Slashed(
        uint32 indexed operatorNo,
        uint32 indexed reporterNo,
        uint16 fault,
        uint256 amountWei,
        uint256 slashNo
    );
    /// @param toBond The reporter's payout address refused its share, which went to the reporter's bond.
    event SlashSettled(
        uint256 indexed slashNo, uint256 toReporterWei, uint256 toInsuranceWei, bool toBond
    );
    event InsurancePaid(address indexed to, uint256 amountWei, bytes32 reasonHash);
    event ColdKeyChanged(uint32 indexed operatorNo, address cold, address payout);
    event MinimumKeyTierChanged(uint8 indexed role, uint8 tier);
    event SatOut(uint32 indexed operatorNo, uint32 generation);
    event GenerationOpened(
        uint32 indexed generation, uint32[] executors, uint32[] verifiers, bytes32 seed
    );
    event ParametersChanged(IRegistryTypes.Parameters parameters);
    event RuntimeApproved(uint16 indexed version, bytes32 codeHash, uint40 activeFromSec);
    event RuntimeDeprecated(uint16 indexed version, uint40 deprecatedAtSec);
    event CouncilChanged(address council);
    event GuardianChanged(address guardian);
    /// @param untilSec Past: the pause is lifted.
    event ClaimsPausedUntil(uint40 untilSec, bytes32 reasonHash);
    event SlashHeld(uint256 indexed slashNo, uint40 untilSec);
}

/// @title Registry: operators, nodes, bonds, roles, CA hashes, runtimes, generations.
/// @notice Operators and nodes are numbered from 1; 0 means none.
interface IRegistry is IRegistryTypes, IRegistryErrors, IRegistryEvents {
    /// @notice Council only. Numbers the operator; it holds no seat before its bond and a node are there.
    function admit(
        address cold,
        address payout,
        bytes32 vettingHash,
        string calldata name,
        string calldata region,
        string calldata provider,
        string calldata metadataUri
    ) external returns (uint32 operatorNo);

    /// @notice Anyone may add to a bond.
    function depositBond(uint32 operatorNo) external payable;

    /// @notice Cold key only, both keys at once; the old cold key stays used for ever.
    function replaceCold(uint32 operatorNo, address cold, address payout) external;

    /// @notice Cold key only. `caBinding` is the duty key's signature of TlsCaBinding (spec 01).
    /// `operatorNo` and `active` inside `node` are not read: the node is the operator's, and active.
    function addNode(uint32 operatorNo, Node calldata node, bytes calldata caBinding)
        external
        returns (uint32 nodeNo);

    /// @notice Cold key only: endpoint, CA, active or not. A changed endpoint or CA needs a fresh binding.
    function updateNode(
        uint32 nodeNo,
        string calldata endpoint,
        bytes32 caHash,
        bool active,
        bytes calldata caBinding
    ) external;

    /// @notice Council, or guardian for at most 7 days and only longer than it is. At once: no claim, no action of its nodes (`actor`); no seat from the next generation on.
    /// What it already claimed it may still record. Ends by itself.
    function suspend(uint32 operatorNo, uint40 untilSec, bytes32 reasonHash) external;
    /// @notice Council only.
    function reinstate(uint32 operatorNo, bytes32 reasonHash) external;

    /// @notice Council, also for good and back; or guardian for at most 72 hours and only longer than it is.
    /// Until then nothing is claimed; what is claimed is recorded, judged and settled as ever.
    function pauseClaims(uint40 untilSec, bytes32 reasonHash) external;

    /// @notice Guardian only, for at most 7 days: the frozen money of this slash is not moved before.
    function holdSlash(uint256 slashNo, uint40 untilSec) external;

    /// @notice Council only: suspended for good, and exiting.
    function remove(uint32 operatorNo, bytes32 reasonHash) external;

    /// @notice Cold key only. No new duties from the next generation on; slashable until withdrawal.
    function requestExit(uint32 operatorNo) external;

    /// @notice Cold key only, to the payout address, when the unbonding time since its last seat is over: the longer of
    /// that of then and that of now.
    function withdrawBond(uint32 operatorNo) external;

    /// @notice Anyone, when the set changed and the generation's length is over (spec 04).
    function openGeneration() external returns (uint32 generation);

    /// @notice Council only, as all that follow.
    function approveRuntime(uint16 version, bytes32 codeHash, uint40 activeFromSec) external;
    /// @notice No intent of this runtime is registered from then on; those registered run on.
    function deprecateRuntime(uint16 version, uint40 deprecatedAtSec) external;
    function setParameters(Parameters calldata parameters) external;
    /// @notice Holds for nodes that are added, or activated again, later. Role 1 executor, 2 verifier.
    function setMinimumKeyTier(uint8 role, uint8 tier) external;
    function payInsurance(address to, uint256 amountWei, bytes32 reasonHash) external;
    function setCouncil(address council) external;
    /// @notice Zero: nobody.
    function setGuardian(address guardian) external;

    /// @notice Disputes and Executions only. Freezes `bps` of the bond (of the bond at this moment), at most
    /// what is there; moved after the slash delay: a fifth to the reporter's payout, the rest to insurance.
    function slash(uint32 operatorNo, uint32 reporterNo, uint16 fault, uint16 bps)
        external
        returns (uint256 amountWei);

    /// @notice Disputes, Executions and Beacon only: a first silence costs the seat in the next generation.
    function sitOut(uint32 operatorNo) external;

    /// @notice Anyone, after the slash delay.
    function settleSlash(uint256 slashNo) external;

    function council() external view returns (address);
    function guardian() external view returns (address);
    function parameters() external view returns (Parameters memory);
    function operatorCount() external view returns (uint32);
    function nodeCount() external view returns (uint32);
    function operator(uint32 operatorNo) external view returns (Operator memory);
    function node(uint32 nodeNo) external view returns (Node memory);
    /// @return nodeNo 0 when the key is no node's action key.
    function nodeOfActionKey(address actionKey) external view returns (uint32 nodeNo);
    /// @notice Who may claim and act with this key now: zeros when it is no active node's action key, or its
    /// operator is suspended or gone. Seats are another question: see `claimant`.
    function actor(address actionKey)
        external
        view
        returns (uint32 nodeNo, uint32 operatorNo, uint8 roles);
    /// @notice All that a claim asks of its sender: as `actor`, with its operator's place (from 1; 0 when it is no
    /// executor) in the newest generation, and that generation's seed.
    function claimant(address actionKey)
        external
        view
        returns (
            uint32 nodeNo,
            uint8 roles,
            uint256 positionPlusOne,
            bytes32 seed,
            Head memory head
        );
    /// @notice Whose node it is and which key answers for a duty that began at `sinceSec`: zeros when the node is
    /// unknown or was switched off before. 0 asks of any known node, the largest number of active ones only.
    function duty(uint32 nodeNo, uint40 sinceSec)
        external
        view
        returns (uint32 operatorNo, uint8 roles, address dutyKey);
    function generation() external view returns (uint32);
    function head() external view returns (Head memory);
    function generationInfo(uint32 generation) external view returns (Generation memory);
    function executorsOf(uint32 generation) external view returns (uint32[] memory operatorNos);
    function verifiersOf(uint32 generation) external view returns (uint32[] memory operatorNos);
    /// @return positionPlusOne 0 when the operator is not a verifier of that generation.
    function verifierPosition(uint32 generation, uint32 operatorNo)
        external
        view
        returns (uint256 positionPlusOne);
    function runtime(uint16 version) external view returns (Runtime memory);
    function minimumKeyTier(uint8 role) external view returns (uint8 tier);
    function slashOf(uint256 slashNo) external view returns (Slash memory);
    function slashCount() external view returns (uint256);
    function frozenWei() external view returns (uint256);
    function insuranceWei() external view returns (uint256);
    /// @notice EIP-712 domain of TlsCaBinding.
    function domainSeparator() external view returns (bytes32);
}

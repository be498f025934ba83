// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Types of the registry.
interface IRegistryTypes {
    enum OperatorStatus {
        None,
        Active,
        Suspended,
        Exiting,
        Exited,
        Jailed
    }

    /// @param cold Key that owns the operator's money and keys; never a node's key.
    /// @param bondWei What can still be slashed.
    /// @param status As it is now: a suspension and a jail term end by themselves.
    /// @param suspendedUntilSec End of the last suspension; 0 when there was none.
    /// @param jailedUntilSec End of the last jail term, after a grave fault (spec 07); 0 when there was none.
    /// @param sitsOutGeneration Generation in which the operator holds no seat, after a silence; 0 when none.
    /// @param exitAtSec From when the bond may be withdrawn, by the longer of the unbonding times of then and now;
    /// 0 while not exiting, or exiting but still seated.
    struct Operator {
        address cold;
        address payout;
        OperatorStatus status;
        uint40 suspendedUntilSec;
        uint40 jailedUntilSec;
        uint128 bondWei;
        uint40 exitAtSec;
        uint32 sitsOutGeneration;
        bytes32 vettingHash;
        string name;
        string region;
        string provider;
        string metadataUri;
    }

    /// @param roles Bit 0 executor, bit 1 verifier.
    /// @param keyTier As the operator declares it, see `tierOf`: 0 software file, 1 software token, 2 cloud KMS, 3 HSM,
    /// 4 attested HSM.
    /// @param dutyKey Signs records, commitments, verdicts, votes. The one that holds now, as `actionKey`.
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

    /// @param declared What the operator says. @param counted What holds against a role's minimum now: up to 1 what is
    /// declared, above only what the council verified, until it expires.
    /// @param verified 0 when the council verified nothing of what is declared now.
    /// @param evidenceHash SHA-256 of what the operator showed the council; 0 when nothing.
    /// @param verifiedBy Who examined it. @param expiresAtSec 0: never.
    struct NodeTier {
        uint8 declared;
        uint8 counted;
        uint8 verified;
        bytes32 evidenceHash;
        address verifiedBy;
        uint40 verifiedAtSec;
        uint40 expiresAtSec;
    }

    /// @notice A P-256 key to which users sealed from `fromSec` until before `untilSec`; 0: until now.
    struct SealingKey {
        bytes32 x;
        bytes32 y;
        uint40 fromSec;
        uint40 untilSec;
    }

    /// @param untilSec From when on another key holds; 0 of the newest.
    /// @param revoked Nothing that it signed counts any more, but for what the ledger had taken. Of duty keys alone.
    struct KeyInterval {
        address key;
        uint40 fromSec;
        uint40 untilSec;
        bool revoked;
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

    /// @param fromSec From when on the new cold key may take its place; 0: nothing is announced.
    struct ColdChange {
        address cold;
        uint40 fromSec;
        address payout;
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
    error EvidenceChanged(uint32 nodeNo, bytes32 given, bytes32 declared);
    /// @param dutyKey Given, as `actionKey`; one of them does not hold now, or others are announced.
    error KeysChanged(uint32 nodeNo, address dutyKey, address actionKey);
    error BadSealingKey(address recovered, address dutyKey);
    error NotOnCurve(bytes32 x, bytes32 y);
    error SealingKeyInUse(bytes32 keyHash);
    error BadKeyProof(address recovered, address key);
    error KeysUnchanged(uint32 nodeNo);
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
    error NoColdChange(uint32 operatorNo);
    error NotNewCold(uint32 operatorNo, address sender);
}

interface IRegistryEvents {
    event OperatorAdmitted(
        uint32 indexed operatorNo, address cold, bytes32 vettingHash, string name
    );
    /// @param reasonHash In jail: the fault's number.
    event OperatorStatusChanged(
        uint32 indexed operatorNo,
        IRegistryTypes.OperatorStatus status,
        uint40 untilSec,
        bytes32 reasonHash
    );
    /// @notice Too many are in jail, or too few verifiers would be left: this one stays out; the council may suspend it.
    event JailSpared(uint32 indexed operatorNo, uint16 indexed fault);
    event NodeAdded(uint32 indexed nodeNo, uint32 indexed operatorNo, IRegistryTypes.Node node);
    event NodeChanged(uint32 indexed nodeNo, IRegistryTypes.Node node);
    event TierDeclared(uint32 indexed nodeNo, uint8 tier, bytes32 evidenceHash);
    /// @param tier 0: what was verified counts no more.
    event TierVerified(
        uint32 indexed nodeNo,
        uint8 tier,
        bytes32 evidenceHash,
        address verifiedBy,
        uint40 expiresAtSec
    );
    /// @notice Users seal to this key from now on; zeros: to none.
    event SealingKeyChanged(uint32 indexed nodeNo, bytes32 x, bytes32 y, uint40 fromSec);
    /// @notice Takes the place of every rotation of the node that was still to come.
    /// @param fromSec From when on they hold.
    /// @param atOnce The duty key that held is revoked, if it is another.
    event KeysRotated(
        uint32 indexed nodeNo, address dutyKey, address actionKey, uint40 fromSec, bool atOnce
    );
    event DutyKeyRevoked(uint32 indexed nodeNo, address dutyKey);
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
    event ColdChangeAnnounced(
        uint32 indexed operatorNo, address cold, address payout, uint40 fromSec
    );
    event ColdChangeCancelled(uint32 indexed operatorNo, address by);
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

    /// @notice Cold key only: announces another cold key, payout address, or both, in place of what was announced
    /// before. Nothing changes before the new key accepts, after the slash delay at the earliest.
    function replaceCold(uint32 operatorNo, address cold, address payout) external;
    /// @notice By the new cold key, which so shows that somebody holds it; not while the operator is suspended or
    /// removed. The old cold key stays used for ever.
    function acceptCold(uint32 operatorNo) external;
    /// @notice By the present cold key, the present payout address or the council: an announced change is void.
    function cancelCold(uint32 operatorNo) external;

    /// @notice Cold key only. `caBinding` is the duty key's signature of TlsCaBinding (spec 01).
    /// `operatorNo` and `active` inside `node` are not read: the node is the operator's, and active if what counts of its
    /// tier is enough for its roles; else it waits for `verifyTier`, and is switched on with `updateNode`.
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

    /// @notice Cold key only. What was verified counts no more. An active node cannot go below the minimum of its roles.
    /// @param evidenceHash SHA-256 of what shows the tier to the council; 0: nothing.
    function declareTier(uint32 nodeNo, uint8 tier, bytes32 evidenceHash) external;

    /// @notice Council only: of what is declared, this tier (2 and above) is shown by this evidence. 0 takes it back, and
    /// the keys are not read.
    /// @param dutyKey Of which it is evidence, as `actionKey`: they hold now, and no others are announced.
    /// @param verifiedBy Who examined the evidence. @param expiresAtSec 0: never.
    function verifyTier(
        uint32 nodeNo,
        uint8 tier,
        bytes32 evidenceHash,
        address dutyKey,
        address actionKey,
        address verifiedBy,
        uint40 expiresAtSec
    ) external;

    /// @notice Cold key only. `binding` is the duty key's signature of SealingKeyBinding (spec 01). The key before it is kept
    /// with its interval. Zeros: users seal to none from now on.
    function setSealingKey(uint32 nodeNo, bytes32 x, bytes32 y, bytes calldata binding) external;

    /// @notice Cold key only: the node's keys from `fromSec` on, which is at least the lease margin and the time of
    /// the confirmations away. One that is to change signs KeyRotation (spec 01); the other is named as it is, and
    /// its proof is not read. What was still to come is dropped, but not when less than that notice is left of it
    /// (NotYet). Evidence of a tier counts no more, verified or not: an active node that needs it for its roles is
    /// switched off first (KeyTierTooLow).
    /// `fromSec` 0 is for a key that was stolen: at once, whatever was announced, and the duty key before is revoked. What it signed counts
    /// no more, but for what the ledger has taken, and duties that began under it lapse.
    function rotateKeys(
        uint32 nodeNo,
        address dutyKey,
        address actionKey,
        uint40 fromSec,
        bytes calldata dutyProof,
        bytes calldata actionProof
    ) external;

    /// @notice Cold key only: a duty key that holds no more was stolen.
    function revokeDutyKey(uint32 nodeNo, address dutyKey) external;

    /// @notice Council, or guardian for at most 7 days and only longer than it is. At once: no claim, no action of its nodes (`actor`); no seat from the next generation on.
    /// What it already claimed it may still record. Ends by itself.
    function suspend(uint32 operatorNo, uint40 untilSec, bytes32 reasonHash) external;
    /// @notice Council only: ends a suspension and a jail term.
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

    /// @notice Cold key, or payout address; to the payout address, when the unbonding time since its last seat is over: the longer of
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
    /// A grave fault also jails for the unbonding time (spec 07): no claim, no action, no seat from the next generation on.
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
    /// @return What is announced; `fromSec` 0 when nothing is.
    function coldChange(uint32 operatorNo) external view returns (ColdChange memory);
    function operator(uint32 operatorNo) external view returns (Operator memory);
    function node(uint32 nodeNo) external view returns (Node memory);
    function tierOf(uint32 nodeNo) external view returns (NodeTier memory);
    /// @notice All that the node ever had, the newest last.
    function sealingKeys(uint32 nodeNo) external view returns (SealingKey[] memory);
    /// @notice Every key that the node had, oldest first; the last may be one that is to come.
    function keysOf(uint32 nodeNo)
        external
        view
        returns (KeyInterval[] memory dutyKeys, KeyInterval[] memory actionKeys);
    /// @notice Whose duty key it is, was or is to be: two signatures of one node for one place are a fault whichever of its
    /// keys gave them.
    /// @return nodeNo 0 when it is none, or was revoked.
    function nodeOfDutyKey(address dutyKey) external view returns (uint32 nodeNo);
    /// @return nodeNo 0 when the key is no node's action key now.
    function nodeOfActionKey(address actionKey) external view returns (uint32 nodeNo);
    /// @notice Who may claim and act with this key now: zeros when it is no active node's action key, or its
    /// operator is suspended, in jail or gone. Seats are another question: see `claimant`.
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
    /// unknown or was switched off before, a zero key when that key was revoked. 0 asks of any known node, the largest
    /// number of active ones only; both give the newest key.
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

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

interface IIntentsTypes {
    /// @notice One line of what the plan may do on-chain, as a wallet shows it.
    struct Permission {
        address target;
        string call;
        uint256 valueWei;
    }

    /// @notice The signed workflow (EIP-712, spec 01). `intentHash` is its full digest, domain included.
    /// @param yamlHash keccak256 of the exact YAML bytes.
    /// @param planRoot Root of the compiled plan (spec 03).
    /// @param kind Trigger kind: 1 event, 2 interval, 3 manual, 4 cron, 5 block, 6 start (spec 02).
    /// @param leaseClass Index into the table of durations of spec 04.
    /// @param start Of kind 6 its first tick in seconds, 0 = block time of the registration; of kind 5 its first
    /// height; else 0.
    /// @param period Between ticks: of kinds 2 and 6 in seconds, of kind 5 in blocks; 0 = one tick only.
    /// @param catchUp How many missed ticks are still run (spec 04): 0 none, 1 the newest, n the n newest, 255 all.
    /// @param nonce Unordered; spent once per owner.
    struct Intent {
        address owner;
        address revoker;
        string name;
        string summary;
        bytes32 yamlHash;
        bytes32 planRoot;
        uint16 runtime;
        uint8 kind;
        uint8 leaseClass;
        uint40 start;
        uint32 period;
        uint8 catchUp;
        uint40 validUntilSec;
        uint32 maxExecutions;
        uint16 perHour;
        uint256 nonce;
        Permission[] permissions;
    }

    /// @notice The intent's slot, unpacked (spec 08).
    /// @param start First tick of kind 6, or the tick before the first of kind 2, in seconds; first height of kind 5;
    /// else block time of the registration.
    struct State {
        uint40 validUntilSec;
        uint32 remaining;
        uint32 accountNo;
        bool revoked;
        uint8 kind;
        uint8 leaseClass;
        uint40 start;
        uint32 period;
        uint16 perHour;
        uint8 catchUp;
        uint24 hour;
        uint16 hourCount;
    }
}

interface IIntentsErrors {
    error YamlHashMismatch(bytes32 expected, bytes32 actual);
    error YamlTooLong(uint256 length, uint256 limit);
    error BadSignature(address owner);
    error AlreadyRegistered(bytes32 intentHash);
    error NonceSpent(address owner, uint256 nonce);
    error Revoked(bytes32 intentHash);
    error Expired(uint40 validUntilSec);
    error BadKind(uint8 kind);
    error BadStart(uint40 start);
    error BadPeriod(uint32 period);
    error BadCatchUp(uint8 catchUp);
    error BadLeaseClass(uint8 leaseClass);
    error RuntimeNotActive(uint16 runtime);
    error NoExecutions();
    error NotRevoker(bytes32 intentHash, address sender);
    error UnknownIntent(uint32 intentNo);
    error NotExecutions(address sender);
}

interface IIntentsEvents {
    event Registered(
        uint32 indexed intentNo,
        bytes32 indexed intentHash,
        address indexed owner,
        IIntentsTypes.Intent intent,
        bytes signature,
        bytes yaml
    );
    event RevokedIntent(bytes32 indexed intentHash, address indexed owner, uint32 intentNo);
    event NonceInvalidated(address indexed owner, uint256 nonce);
}

/// @title Intents: signed workflows, their revocation and what they may still use.
interface IIntents is IIntentsTypes, IIntentsErrors, IIntentsEvents {
    /// @notice Relayed by anyone. ERC-1271 owners are judged here, once.
    function register(Intent calldata intent, bytes calldata signature, bytes calldata yaml)
        external
        returns (uint32 intentNo);

    /// @notice By the owner or the intent's revoker, also before registration.
    function revoke(bytes32 intentHash) external;

    /// @notice Relayed by anyone: EIP-712 `Revoke{bytes32 intentHash}` signed by `signer`.
    function revokeBySignature(address signer, bytes32 intentHash, bytes calldata signature)
        external;

    /// @notice Makes every intent of the sender with this nonce unregistrable.
    function invalidateNonce(uint256 nonce) external;

    /// @notice Relayed by anyone: EIP-712 `InvalidateNonce{address owner, uint256 nonce}` signed by `owner`.
    function invalidateNonceBySignature(address owner, uint256 nonce, bytes calldata signature)
        external;

    /// @notice Executions only. Takes up to `wanted` executions from one intent's limits.
    /// @return granted How many; 0 when revoked, expired, used up, of another kind or lease class, or unknown.
    /// @return intentHash Zero when unknown.
    /// @return slot The intent's slot (spec 08) before this; zero when unknown.
    function take(uint32 intentNo, uint16 wanted, uint8 kind, uint8 leaseClass)
        external
        returns (uint16 granted, bytes32 intentHash, uint256 slot);

    /// @notice Registered, not revoked, not expired at this block.
    function isLive(uint32 intentNo) external view returns (bool);
    function state(uint32 intentNo) external view returns (State memory);
    function intentHashOf(uint32 intentNo) external view returns (bytes32);
    function planRootOf(uint32 intentNo) external view returns (bytes32);
    /// @notice What the gateway asks of an intent, in one call; zeros when unknown.
    function authority(uint32 intentNo)
        external
        view
        returns (bool live, bytes32 planRoot, address owner);
    function ownerOf(uint32 intentNo) external view returns (address);
    function numberOf(bytes32 intentHash) external view returns (uint32);
    function isRevoked(address owner, bytes32 intentHash) external view returns (bool);
    /// @notice Block of the first revocation of a registered intent; 0 when there was none.
    function revokedBlockOf(uint32 intentNo) external view returns (uint40);
    function isNonceSpent(address owner, uint256 nonce) external view returns (bool);
    function hashIntent(Intent calldata intent) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);
}

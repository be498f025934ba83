// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IIntents } from "./interfaces/IIntents.sol";
import { IRegistry } from "./interfaces/IRegistry.sol";
import { IntentSlot } from "./libraries/IntentSlot.sol";
import { LeaseClass } from "./libraries/LeaseClass.sol";
import { Owner } from "./libraries/Owner.sol";
import { Trigger } from "./libraries/Trigger.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Intents: signed workflows, their revocation and what they may still use.
contract Intents is IIntents, EIP712 {
    using IntentSlot for uint256;

    /// @dev Leaves room for signature and permissions under the 128 KiB that pools accept.
    uint256 private constant MAX_YAML_BYTES = 64 * 1024;

    IRegistry private immutable _registry;
    address private immutable _executions;

    uint32 private _intentCount;
    uint32 private _accountCount;
    mapping(uint32 intentNo => uint256) private _slotOf;
    mapping(uint32 intentNo => bytes32) private _planRootOf;
    mapping(uint32 intentNo => bytes32) private _intentHashOf;
    mapping(uint32 intentNo => address) private _revokerOf;
    mapping(uint32 intentNo => uint40) private _revokedBlockOf;
    mapping(bytes32 intentHash => uint32) private _numberOf;
    mapping(uint32 accountNo => address) private _ownerOfAccount;
    mapping(address owner => uint32) private _accountOf;
    mapping(address owner => mapping(uint256 word => uint256)) private _spentNonces;
    /// @dev Who revoked a hash before it was registered; binding if it is the owner or the revoker.
    mapping(address signer => mapping(bytes32 intentHash => bool)) private _revokedBy;

    constructor(IRegistry registry, address executions) EIP712("Deed", "1") {
        _registry = registry;
        _executions = executions;
    }

    /// @inheritdoc IIntents
    function register(Intent calldata intent, bytes calldata signature, bytes calldata yaml)
        external
        returns (uint32 intentNo)
    {
        _requireYaml(intent.yamlHash, yaml);
        _requireWellFormed(intent);
        bytes32 intentHash = _hash(intent);
        address owner = intent.owner;
        require(_numberOf[intentHash] == 0, AlreadyRegistered(intentHash));
        require(
            !_revokedBy[owner][intentHash] && !_revokedBy[intent.revoker][intentHash],
            Revoked(intentHash)
        );
        _spendNonce(owner, intent.nonce);
        require(
            SignatureChecker.isValidSignatureNowCalldata(owner, intentHash, signature),
            BadSignature(owner)
        );
        intentNo = _store(intent, intentHash);
        emit Registered(intentNo, intentHash, owner, intent, signature, yaml);
    }

    /// @inheritdoc IIntents
    function revoke(bytes32 intentHash) external {
        _revoke(msg.sender, intentHash);
    }

    /// @inheritdoc IIntents
    function revokeBySignature(address signer, bytes32 intentHash, bytes calldata signature)
        external
    {
        bytes32 digest = _hashTypedDataV4(Owner.hashRevoke(intentHash));
        require(
            SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature),
            BadSignature(signer)
        );
        _revoke(signer, intentHash);
    }

    /// @inheritdoc IIntents
    function invalidateNonce(uint256 nonce) external {
        _invalidate(msg.sender, nonce);
    }

    /// @inheritdoc IIntents
    function invalidateNonceBySignature(address owner, uint256 nonce, bytes calldata signature)
        external
    {
        bytes32 digest = _hashTypedDataV4(Owner.hashInvalidateNonce(owner, nonce));
        require(
            SignatureChecker.isValidSignatureNowCalldata(owner, digest, signature),
            BadSignature(owner)
        );
        _invalidate(owner, nonce);
    }

    /// @inheritdoc IIntents
    function take(uint32 intentNo, uint16 wanted, uint8 kind, uint8 leaseClass)
        external
        returns (uint16 granted, bytes32 intentHash, uint256 slot)
    {
        require(msg.sender == _executions, NotExecutions(msg.sender));
        slot = _slotOf[intentNo];
        intentHash = _intentHashOf[intentNo];
        if (_live(slot) && slot.isOf(kind, leaseClass)) {
            uint256 taken;
            (taken, granted) = slot.take(wanted, block.timestamp);
            if (granted != 0) _slotOf[intentNo] = taken;
        }
    }

    /// @inheritdoc IIntents
    function isLive(uint32 intentNo) external view returns (bool) {
        return _live(_slotOf[intentNo]);
    }

    /// @inheritdoc IIntents
    function state(uint32 intentNo) external view returns (State memory) {
        return _known(intentNo).unpack();
    }

    /// @inheritdoc IIntents
    function intentHashOf(uint32 intentNo) external view returns (bytes32) {
        return _intentHashOf[intentNo];
    }

    /// @inheritdoc IIntents
    function planRootOf(uint32 intentNo) external view returns (bytes32) {
        return _planRootOf[intentNo];
    }

    /// @inheritdoc IIntents
    function authority(uint32 intentNo)
        external
        view
        returns (bool live, bytes32 planRoot, address owner)
    {
        uint256 slot = _slotOf[intentNo];
        return (_live(slot), _planRootOf[intentNo], _ownerOfAccount[slot.accountNo()]);
    }

    /// @inheritdoc IIntents
    function ownerOf(uint32 intentNo) external view returns (address) {
        return _ownerOfAccount[_known(intentNo).accountNo()];
    }

    /// @inheritdoc IIntents
    function numberOf(bytes32 intentHash) external view returns (uint32) {
        return _numberOf[intentHash];
    }

    /// @inheritdoc IIntents
    function isRevoked(address owner, bytes32 intentHash) external view returns (bool) {
        uint256 slot = _slotOf[_numberOf[intentHash]];
        return _revokedBy[owner][intentHash]
            || (slot.isRevoked() && _ownerOfAccount[slot.accountNo()] == owner);
    }

    /// @inheritdoc IIntents
    function revokedBlockOf(uint32 intentNo) external view returns (uint40) {
        return _revokedBlockOf[intentNo];
    }

    /// @inheritdoc IIntents
    function isNonceSpent(address owner, uint256 nonce) external view returns (bool) {
        return _spentNonces[owner][nonce >> 8] & _bit(nonce) != 0;
    }

    /// @inheritdoc IIntents
    function hashIntent(Intent calldata intent) external view returns (bytes32) {
        return _hash(intent);
    }

    /// @inheritdoc IIntents
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _store(Intent calldata intent, bytes32 intentHash) private returns (uint32 intentNo) {
        intentNo = ++_intentCount;
        _numberOf[intentHash] = intentNo;
        _intentHashOf[intentNo] = intentHash;
        _planRootOf[intentNo] = intent.planRoot;
        if (intent.revoker != address(0)) _revokerOf[intentNo] = intent.revoker;
        State memory fresh;
        fresh.validUntilSec = intent.validUntilSec;
        fresh.remaining = intent.maxExecutions;
        fresh.accountNo = _accountFor(intent.owner);
        fresh.kind = intent.kind;
        fresh.leaseClass = intent.leaseClass;
        fresh.start = uint40(Trigger.startOf(intent.kind, intent.start, intent.period));
        fresh.period = intent.period;
        fresh.perHour = intent.perHour;
        fresh.catchUp = intent.catchUp;
        _slotOf[intentNo] = IntentSlot.pack(fresh);
    }

    function _accountFor(address owner) private returns (uint32 accountNo) {
        accountNo = _accountOf[owner];
        if (accountNo != 0) return accountNo;
        accountNo = ++_accountCount;
        _accountOf[owner] = accountNo;
        _ownerOfAccount[accountNo] = owner;
    }

    /// @dev Said twice, it stays revoked: a revocation never fails for having been heard already.
    function _revoke(address signer, bytes32 intentHash) private {
        uint32 intentNo = _numberOf[intentHash];
        if (intentNo == 0) {
            _revokedBy[signer][intentHash] = true;
            emit RevokedIntent(intentHash, signer, 0);
            return;
        }
        uint256 slot = _slotOf[intentNo];
        address owner = _ownerOfAccount[slot.accountNo()];
        require(signer == owner || signer == _revokerOf[intentNo], NotRevoker(intentHash, signer));
        if (!slot.isRevoked()) _revokedBlockOf[intentNo] = uint40(block.number);
        _slotOf[intentNo] = slot.revoke();
        emit RevokedIntent(intentHash, owner, intentNo);
    }

    function _spendNonce(address owner, uint256 nonce) private {
        uint256 word = _spentNonces[owner][nonce >> 8];
        require(word & _bit(nonce) == 0, NonceSpent(owner, nonce));
        _spentNonces[owner][nonce >> 8] = word | _bit(nonce);
    }

    /// @dev A nonce that is spent already is in no need of it; said twice, it says so.
    function _invalidate(address owner, uint256 nonce) private {
        _spendNonce(owner, nonce);
        emit NonceInvalidated(owner, nonce);
    }

    function _requireTrigger(Intent calldata intent) private pure {
        (uint8 kind, uint40 start, uint32 period) = (intent.kind, intent.start, intent.period);
        require(Trigger.isKnown(kind), BadKind(kind));
        bool hasStart = kind == Trigger.START || kind == Trigger.BLOCK;
        require(hasStart || start == 0, BadStart(start));
        require(kind != Trigger.BLOCK || start != 0, BadStart(start));
        require((kind == Trigger.INTERVAL) == (period != 0) || hasStart, BadPeriod(period));
        require(Trigger.isSchedule(kind) || intent.catchUp == 0, BadCatchUp(intent.catchUp));
    }

    function _requireWellFormed(Intent calldata intent) private view {
        _requireTrigger(intent);
        require(LeaseClass.isKnown(intent.leaseClass), BadLeaseClass(intent.leaseClass));
        require(intent.maxExecutions != 0, NoExecutions());
        require(intent.validUntilSec > block.timestamp, Expired(intent.validUntilSec));
        IRegistry.Runtime memory found = _registry.runtime(intent.runtime);
        require(
            found.codeHash != 0 && found.activeFromSec <= block.timestamp
                && (found.deprecatedAtSec == 0 || found.deprecatedAtSec > block.timestamp),
            RuntimeNotActive(intent.runtime)
        );
    }

    function _requireYaml(bytes32 expected, bytes calldata yaml) private pure {
        require(yaml.length <= MAX_YAML_BYTES, YamlTooLong(yaml.length, MAX_YAML_BYTES));
        bytes32 actual = keccak256(yaml);
        require(actual == expected, YamlHashMismatch(expected, actual));
    }

    function _known(uint32 intentNo) private view returns (uint256 slot) {
        slot = _slotOf[intentNo];
        require(slot != 0, UnknownIntent(intentNo));
    }

    /// @dev An unknown intent's slot is zero: it expired long ago.
    function _live(uint256 slot) private view returns (bool) {
        return slot.validUntilSec() > block.timestamp && !slot.isRevoked();
    }

    function _hash(Intent calldata intent) private view returns (bytes32) {
        return _hashTypedDataV4(Owner.hashIntent(intent));
    }

    function _bit(uint256 nonce) private pure returns (uint256) {
        return 1 << (nonce & 0xff);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IIntentsTypes } from "../interfaces/IIntents.sol";

/// @title Structures that an intent's owner signs (spec 01).
/// @notice Struct hashes under the domain of Intents.
library Owner {
    bytes32 internal constant PERMISSION =
        keccak256("Permission(address target,string call,uint256 valueWei)");
    bytes32 internal constant INTENT = keccak256(
        "Intent(address owner,address revoker,string name,string summary,bytes32 yamlHash,bytes32 planRoot,uint16 runtime,uint8 kind,uint8 leaseClass,uint40 start,uint32 period,uint8 catchUp,uint40 validUntilSec,uint32 maxExecutions,uint16 perHour,uint256 nonce,Permission[] permissions)Permission(address target,string call,uint256 valueWei)"
    );
    bytes32 internal constant REVOKE = keccak256("Revoke(bytes32 intentHash)");
    bytes32 internal constant INVALIDATE_NONCE =
        keccak256("InvalidateNonce(address owner,uint256 nonce)");
    bytes32 internal constant FIRE = keccak256(
        "Fire(bytes32 intentHash,uint64 ordinal,bytes32 inputHash,uint40 firedAtSec,uint40 validUntilSec)"
    );

    function hashIntent(IIntentsTypes.Intent calldata intent) internal pure returns (bytes32) {
        // In parts: so many words at once are too many for the stack.
        return keccak256(
            bytes.concat(_encodeWhat(intent), _encodeTrigger(intent), _encodeLimits(intent))
        );
    }

    function hashPermissions(IIntentsTypes.Permission[] calldata permissions)
        internal
        pure
        returns (bytes32)
    {
        bytes32[] memory hashes = new bytes32[](permissions.length);
        for (uint256 i; i < permissions.length; ++i) {
            IIntentsTypes.Permission calldata permission = permissions[i];
            hashes[i] = keccak256(
                abi.encode(
                    PERMISSION,
                    permission.target,
                    keccak256(bytes(permission.call)),
                    permission.valueWei
                )
            );
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function hashRevoke(bytes32 intentHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVOKE, intentHash));
    }

    function hashInvalidateNonce(address owner, uint256 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(INVALIDATE_NONCE, owner, nonce));
    }

    function hashFire(
        bytes32 intentHash,
        uint64 ordinal,
        bytes32 inputHash,
        uint40 firedAtSec,
        uint40 validUntilSec
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(FIRE, intentHash, ordinal, inputHash, firedAtSec, validUntilSec)
        );
    }

    /// @notice `keccak(0x1901 ‖ domainSeparator ‖ structHash)`, for a domain that is not the caller's own.
    function digest(bytes32 domainSeparator, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator, structHash));
    }

    function _encodeWhat(IIntentsTypes.Intent calldata intent) private pure returns (bytes memory) {
        return abi.encode(
            INTENT,
            intent.owner,
            intent.revoker,
            keccak256(bytes(intent.name)),
            keccak256(bytes(intent.summary)),
            intent.yamlHash,
            intent.planRoot,
            intent.runtime
        );
    }

    function _encodeTrigger(IIntentsTypes.Intent calldata intent)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(
            intent.kind, intent.leaseClass, intent.start, intent.period, intent.catchUp
        );
    }

    function _encodeLimits(IIntentsTypes.Intent calldata intent)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(
            intent.validUntilSec,
            intent.maxExecutions,
            intent.perHour,
            intent.nonce,
            hashPermissions(intent.permissions)
        );
    }
}

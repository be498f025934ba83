// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import { IAuditTypes } from "../interfaces/IAudit.sol";

/// @title Structures that a node's duty key signs (spec 01).
/// @notice Struct hashes; the contract that reads one adds its own EIP-712 domain.
library Duty {
    bytes32 internal constant RECORD_BATCH = keccak256(
        "RecordBatch(uint64 batchNo,bytes32 itemsRoot,bytes32 recordRoot,uint256 posted,uint64 auditSeq,bytes32 auditHead)"
    );
    bytes32 internal constant COMMITMENT = keccak256(
        "Commitment(uint64 batchNo,uint8 draw,bytes32 commitment,uint64 auditSeq,bytes32 auditHead)"
    );
    bytes32 internal constant VERDICT = keccak256(
        "Verdict(uint64 batchNo,uint8 draw,bytes32 recordBlockHash,bytes32 commitmentsHash,uint256 fault,uint256 unable,bytes32 reportHash,uint64 auditSeq,bytes32 auditHead)"
    );
    bytes32 internal constant VOTE = keccak256(
        "Vote(uint64 disputeNo,uint16 fault,uint16 leaf,bytes32 reportHash,uint64 auditSeq,bytes32 auditHead)"
    );
    bytes32 internal constant AUDIT_CHECKPOINT = keccak256(
        "AuditCheckpoint(uint32 nodeNo,uint64 entries,uint64 records,uint64 commitments,uint64 verdicts,uint64 votes,uint64 dutyUses,uint64 actionUses,uint64 auditSeq,bytes32 auditHead)"
    );
    bytes32 internal constant TLS_CA_BINDING =
        keccak256("TlsCaBinding(uint32 operatorNo,bytes32 caHash,string endpoint)");
    bytes32 internal constant KEY_ROTATION =
        keccak256("KeyRotation(uint32 nodeNo,address dutyKey,address actionKey,uint40 fromSec)");

    bytes32 internal constant SEALING_KEY_BINDING =
        keccak256("SealingKeyBinding(uint32 operatorNo,bytes32 x,bytes32 y)");

    struct Verdict {
        uint64 batchNo;
        uint8 draw;
        bytes32 recordBlockHash;
        bytes32 commitmentsHash;
        uint256 fault;
        uint256 unable;
        bytes32 reportHash;
        uint64 auditSeq;
        bytes32 auditHead;
    }

    function hashRecordBatch(
        uint64 batchNo,
        bytes32 itemsRoot,
        bytes32 recordRoot,
        uint256 posted,
        uint64 auditSeq,
        bytes32 auditHead
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(RECORD_BATCH, batchNo, itemsRoot, recordRoot, posted, auditSeq, auditHead)
        );
    }

    function hashCommitment(
        uint64 batchNo,
        uint8 draw,
        bytes32 commitment,
        uint64 auditSeq,
        bytes32 auditHead
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(COMMITMENT, batchNo, draw, commitment, auditSeq, auditHead));
    }

    function hashVerdict(Verdict memory verdict) internal pure returns (bytes32) {
        bytes32 typeHash = VERDICT;
        bytes32 structHash;
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore(scratch, typeHash)
            mcopy(add(scratch, 0x20), verdict, 0x120)
            structHash := keccak256(scratch, 0x140)
        }
        return structHash;
    }

    function hashVote(
        uint64 disputeNo,
        uint16 fault,
        uint16 leaf,
        bytes32 reportHash,
        uint64 auditSeq,
        bytes32 auditHead
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOTE, disputeNo, fault, leaf, reportHash, auditSeq, auditHead));
    }

    function hashAuditCheckpoint(IAuditTypes.AuditCheckpoint memory checkpoint)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(AUDIT_CHECKPOINT, checkpoint));
    }

    function hashTlsCaBinding(uint32 operatorNo, bytes32 caHash, string memory endpoint)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(TLS_CA_BINDING, operatorNo, caHash, keccak256(bytes(endpoint))));
    }

    function hashSealingKeyBinding(uint32 operatorNo, bytes32 x, bytes32 y)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(SEALING_KEY_BINDING, operatorNo, x, y));
    }

    function hashKeyRotation(uint32 nodeNo, address dutyKey, address actionKey, uint40 fromSec)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(KEY_ROTATION, nodeNo, dutyKey, actionKey, fromSec));
    }

    /// @notice Did `key` sign `digest`? 65 bytes, low s; never reverts, never true for the zero key.
    function signed(bytes32 digest, bytes calldata signature, address key)
        internal
        pure
        returns (bool)
    {
        return key != address(0) && signerOf(digest, signature) == key;
    }

    /// @notice As `signed`, for a signature that was decoded.
    function signedInMemory(bytes32 digest, bytes memory signature, address key)
        internal
        pure
        returns (bool)
    {
        return key != address(0) && signerInMemory(digest, signature) == key;
    }

    /// @notice Who signed `digest`; zero when the signature is malformed.
    function signerOf(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        return problem == ECDSA.RecoverError.NoError ? signer : address(0);
    }

    /// @notice As `signerOf`, for a signature that was decoded.
    function signerInMemory(bytes32 digest, bytes memory signature)
        internal
        pure
        returns (address)
    {
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signature);
        return problem == ECDSA.RecoverError.NoError ? signer : address(0);
    }
}

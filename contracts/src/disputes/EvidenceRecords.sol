// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IEvidenceErrors, IEvidenceTypes } from "../interfaces/IEvidence.sol";
import { IExecutions, IExecutionsTypes } from "../interfaces/IExecutions.sol";
import { Leaves } from "../libraries/Leaves.sol";
import { Merkle } from "../libraries/Merkle.sol";

/// @title Records and leaves as evidence (spec 03): what stands where, and what their words say.
library EvidenceRecords {
    uint256 internal constant EXECUTION = 1;
    uint256 internal constant ATTEMPT = 2;
    uint256 internal constant INDEX = 3;
    uint256 internal constant STEP = 4;
    uint256 internal constant KIND = 5;
    uint256 internal constant TRY = 6;
    uint256 internal constant STATUS = 7;
    uint256 internal constant LEVEL = 8;
    uint256 internal constant INPUT = 9;
    uint256 internal constant PREVIOUS = 11;
    uint256 internal constant STARTED = 12;
    uint256 internal constant ENDED = 13;
    uint256 internal constant ANCHOR = 14;
    uint256 internal constant ANCHOR_HASH = 15;

    uint256 internal constant TRIGGER = 1;
    uint256 internal constant HTTP = 3;
    uint256 internal constant CALL = 4;
    uint256 internal constant END = 6;
    uint256 internal constant SCRIPT = 7;
    uint256 internal constant NO_STEP = 65_535;

    bytes32 private constant LEAF = "deed.leaf.1";
    uint256 private constant MAX_LEAVES = 256;
    uint256 private constant MAX_STATUS = 3;
    uint256 private constant MAX_LEVEL = 3;

    /// @dev A record of a batch, and who holds the batch.
    struct Shown {
        uint32 nodeNo;
        bytes32 transcriptRoot;
        bytes32 bundleSha256;
        uint16 runtime;
        uint16 leafCount;
        uint8 attempt;
        uint48 startedMs;
        uint48 endedMs;
        uint32 bundleBytes;
    }

    /// @notice Reads a record that the batch's root word binds, at the place where it does.
    function open(IExecutions executions, IEvidenceTypes.RecordProof memory proof)
        internal
        view
        returns (Shown memory shown)
    {
        IExecutionsTypes.Batch memory batch = executions.batch(proof.batchNo);
        bytes32 itemsRoot =
            Merkle.rootFromMemory(_itemLeaf(proof.item), proof.index, batch.count, proof.itemPath);
        bytes32 recordRoot = Merkle.rootFromMemory(
            keccak256(bytes.concat(bytes1(0), proof.record)),
            proof.index,
            batch.count,
            proof.recordPath
        );
        require(
            proof.record.length == Leaves.RECORD_BYTES && itemsRoot != 0 && recordRoot != 0
                && Leaves.recorded(itemsRoot, recordRoot) == executions.rootWord(proof.batchNo),
            IEvidenceErrors.BadRecordProof(proof.batchNo, proof.index)
        );
        shown = decode(proof.record);
        shown.nodeNo = batch.nodeNo;
    }

    /// @notice That the leaf stands in the record's transcript. @return hash The leaf's.
    function requireLeaf(Shown memory shown, uint64 batchNo, IEvidenceTypes.LeafProof memory leaf)
        internal
        pure
        returns (bytes32 hash)
    {
        hash = keccak256(abi.encodePacked(bytes1(0), leaf.words));
        require(
            Merkle.rootFromMemory(hash, leaf.index, leaf.count, leaf.path) == shown.transcriptRoot
                && shown.transcriptRoot != 0,
            IEvidenceErrors.BadLeafProof(batchNo, leaf.index)
        );
    }

    function word(IEvidenceTypes.LeafProof memory leaf, uint256 which)
        internal
        pure
        returns (uint256)
    {
        return uint256(leaf.words[which]);
    }

    /// @notice Says a leaf by itself what none may say at its place?
    function isBroken(Shown memory shown, IEvidenceTypes.LeafProof memory leaf)
        internal
        pure
        returns (bool)
    {
        uint256 kind = word(leaf, KIND);
        bool isFirst = leaf.index == 0;
        bool isLast = leaf.index + 1 == leaf.count;
        if (leaf.count != shown.leafCount || leaf.count > MAX_LEAVES) return true;
        if (leaf.words[0] != LEAF || word(leaf, INDEX) != leaf.index) return true;
        if (kind < TRIGGER || kind > SCRIPT || word(leaf, STATUS) > MAX_STATUS) return true;
        if (isFirst != (kind == TRIGGER) || isLast != (kind == END)) return true;
        if ((word(leaf, STEP) == NO_STEP) != (kind == TRIGGER || kind == END)) return true;
        if (word(leaf, ENDED) < word(leaf, STARTED) || word(leaf, LEVEL) > MAX_LEVEL) return true;
        if (!_isEffect(kind) && !_isTimeless(leaf)) return true;
        if (isFirst && (leaf.words[PREVIOUS] != 0 || word(leaf, STARTED) != shown.startedMs)) {
            return true;
        }
        return isLast && word(leaf, ENDED) != shown.endedMs;
    }

    /// @notice Does `next` not follow from the leaf before it?
    function isUnchained(
        IEvidenceTypes.LeafProof memory leaf,
        bytes32 hash,
        IEvidenceTypes.LeafProof memory next
    ) internal pure returns (bool) {
        if (next.words[PREVIOUS] != hash || word(next, STARTED) < word(leaf, ENDED)) {
            return true;
        }
        if (word(next, ANCHOR) < word(leaf, ANCHOR)) return true;
        bool sameAnchor = word(next, ANCHOR) == word(leaf, ANCHOR);
        if (sameAnchor && next.words[ANCHOR_HASH] != leaf.words[ANCHOR_HASH]) return true;
        // What the interpreter writes by itself has time and anchor of what came before.
        return
            !_isEffect(word(next, KIND))
                && (!sameAnchor || word(next, STARTED) != word(leaf, ENDED));
    }

    function _isEffect(uint256 kind) private pure returns (bool) {
        return kind == HTTP || kind == CALL;
    }

    function _isTimeless(IEvidenceTypes.LeafProof memory leaf) private pure returns (bool) {
        return
            word(leaf, STARTED) == word(leaf, ENDED) && word(leaf, TRY) == 0
                && word(leaf, LEVEL) == 0;
    }

    function _itemLeaf(IExecutionsTypes.Item memory item) private pure returns (bytes32) {
        return Leaves.item(item.executionId, item.intentNo, item.attempt, item.ordinal, item.t0Sec);
    }

    /// @notice Words 1, 2 and 4 of spec 03. The caller checks the length.
    function decode(bytes memory record) internal pure returns (Shown memory shown) {
        uint256 numbers;
        assembly ("memory-safe") {
            mstore(add(shown, 0x20), mload(add(record, 0x20)))
            mstore(add(shown, 0x40), mload(add(record, 0x40)))
            numbers := mload(add(record, 0x80))
        }
        shown.runtime = uint16(numbers >> 224);
        shown.leafCount = uint16(numbers >> 208);
        shown.attempt = uint8(numbers >> 200);
        shown.startedMs = uint48(numbers >> 152);
        shown.endedMs = uint48(numbers >> 104);
        shown.bundleBytes = uint32(numbers >> 8);
    }
}

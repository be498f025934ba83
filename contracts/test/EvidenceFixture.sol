// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IEvidenceErrors, IEvidenceEvents, IEvidenceTypes } from "../src/interfaces/IEvidence.sol";
import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice A batch of three executions by node 1, of which the second has a transcript that the test writes.
/// The plan has an HTTP step and a call; the intent is registered with its root.
abstract contract EvidenceFixture is
    LedgerFixture,
    IEvidenceTypes,
    IEvidenceErrors,
    IEvidenceEvents
{
    uint32 internal constant EXECUTOR = 1;
    uint16 internal constant POSITION = 1;
    uint16 internal constant RUNTIME = 1;
    uint256 internal constant BEGAN_MS = 1_800_000_000_000;
    address internal constant TARGET = address(0x70);
    uint256 internal constant VALUE = 5;

    bytes32 internal constant PLAN_HASH = "plan hash";
    bytes32 internal constant HTTP_STEP = "http step";
    bytes32 internal constant CALL_STEP = "call step";

    IIntentsTypes.Intent internal signed;
    uint32 internal intentNo;
    uint64 internal batchNo;
    bytes internal bundle = "the bundle's text";
    bytes32[16][] internal transcript;
    bytes[] internal records;
    uint16 internal recordedCount;

    function setUpEvidence() internal {
        setUpLedger(7);
        intentNo = registerPlan();
        mine(3);
        waitForAll();
        (batchNo,) = claimAs(EXECUTOR, INTERVAL, ticks(intentNo, 1, 3));
        records = new bytes[](3);
        writeHonest();
    }

    function callData() internal pure returns (bytes memory) {
        return abi.encodeWithSignature("transfer(address,uint256)", address(0x1234), 7);
    }

    function callInput() internal pure returns (bytes memory) {
        return '{"callData":"0xa9059cbb00000000000000000000000000000000000000000000000000000000000012340000000000000000000000000000000000000000000000000000000000000007","target":"0x0000000000000000000000000000000000000070","valueWei":"5"}';
    }

    // The plan

    function stepLeaf(uint256 index, uint256 kind, bytes32 stepHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(bytes1(0), bytes32("deed.step.1"), index, kind, stepHash));
    }

    function permissionLeaf() internal pure returns (bytes32) {
        return Leaves.permission(1, TARGET, VALUE, keccak256(callData()), 1);
    }

    function permissionsRoot() internal pure returns (bytes32) {
        return Merkle.seal(permissionLeaf(), 1);
    }

    function planRoot() internal pure returns (bytes32) {
        bytes32 steps =
            Merkle.seal(Merkle.node(stepLeaf(0, 1, HTTP_STEP), stepLeaf(1, 2, CALL_STEP)), 2);
        return Leaves.planRoot(PLAN_HASH, steps, permissionsRoot());
    }

    function stepProof(uint16 index) internal pure returns (StepProof memory step) {
        step.planHash = PLAN_HASH;
        step.permissionsRoot = permissionsRoot();
        step.index = index;
        step.kind = index == 0 ? 1 : 2;
        step.stepHash = index == 0 ? HTTP_STEP : CALL_STEP;
        step.count = 2;
        step.path = new bytes32[](1);
        step.path[0] = index == 0 ? stepLeaf(1, 2, CALL_STEP) : stepLeaf(0, 1, HTTP_STEP);
    }

    function permissionProof() internal pure returns (PermissionProof memory permission) {
        permission.count = 1;
        permission.step = 1;
        permission.target = TARGET;
        permission.valueWei = VALUE;
        permission.callData = callData();
        permission.path = new bytes32[](0);
    }

    function registerPlan() internal returns (uint32) {
        (address owner, uint256 privateKey) = ownerKey();
        signed.owner = owner;
        signed.name = "evidence";
        signed.yamlHash = keccak256("yaml");
        signed.planRoot = planRoot();
        signed.runtime = RUNTIME;
        signed.kind = INTERVAL;
        signed.leaseClass = LEASE_CLASS;
        (signed.period, signed.catchUp) = (1, 255);
        signed.validUntilSec = uint40(block.timestamp + 30 days);
        signed.maxExecutions = 100;
        signed.nonce = 777;
        IIntentsTypes.Intent memory intent = signed;
        return intents.register(intent, signature(privateKey, intents.hashIntent(intent)), "yaml");
    }

    // The transcript

    function heldItem() internal view returns (Item memory) {
        return itemOf(intentNo, POSITION + 1);
    }

    /// @notice TRIGGER, HTTP of step 0, CALL of step 1, END.
    function writeHonest() internal {
        delete transcript;
        write(1, 65_535, 0, 0, 0);
        write(3, 0, 1, 1, 40);
        write(4, 1, 1, 3, 20);
        write(6, 65_535, 0, 0, 0);
    }

    function write(uint256 kind, uint256 step, uint256 try_, uint256 level, uint256 tookMs)
        internal
    {
        bytes32[16] memory words;
        Item memory item = heldItem();
        uint256 index = transcript.length;
        uint256 atMs = index == 0 ? BEGAN_MS : uint256(transcript[index - 1][13]);
        words[0] = "deed.leaf.1";
        words[1] = item.executionId;
        words[2] = bytes32(uint256(item.attempt));
        words[3] = bytes32(index);
        words[4] = bytes32(step);
        words[5] = bytes32(kind);
        words[6] = bytes32(try_);
        words[8] = bytes32(level);
        words[9] = kind == 4 ? sha256(callInput()) : keccak256(abi.encode("input", index));
        words[10] = keccak256(abi.encode("output", index));
        words[11] = index == 0 ? bytes32(0) : hashOf(index - 1);
        words[12] = bytes32(atMs);
        words[13] = bytes32(atMs + tookMs);
        words[14] = bytes32(index == 0 ? block.number : uint256(transcript[index - 1][14]));
        words[15] = "anchor";
        transcript.push(words);
    }

    /// @notice Makes the chain of hashes right again after a change.
    function rechain() internal {
        for (uint256 i = 1; i < transcript.length; ++i) {
            transcript[i][11] = hashOf(i - 1);
        }
    }

    function hashOf(uint256 index) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0), transcript[index]));
    }

    function hashes() internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](transcript.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = hashOf(i);
        }
    }

    // The record

    function honestRecord() internal view returns (bytes memory) {
        return recordOf(
            RUNTIME,
            uint16(transcript.length),
            heldItem().attempt,
            uint48(uint256(transcript[0][12])),
            uint48(uint256(transcript[transcript.length - 1][13])),
            uint32(bundle.length)
        );
    }

    function recordOf(
        uint16 runtime,
        uint16 leafCount,
        uint8 attempt,
        uint48 startedMs,
        uint48 endedMs,
        uint32 bundleBytes
    ) internal view returns (bytes memory) {
        bytes memory numbers = abi.encodePacked(
            uint8(1),
            uint8(1),
            runtime,
            leafCount,
            attempt,
            startedMs,
            endedMs,
            uint64(0),
            bundleBytes,
            uint8(0)
        );
        return bytes.concat(Merkle.root(hashes()), sha256(bundle), bytes32(0), numbers);
    }

    /// @notice Records the batch with the transcript as it is, and closes the round.
    function post() internal {
        post(honestRecord());
    }

    function post(bytes memory record) internal {
        records = new bytes[](3);
        records[0] = bytes.concat(bytes32("first"), bytes32("b"), bytes32(0), bytes32(0));
        records[1] = record;
        records[2] = bytes.concat(bytes32("third"), bytes32("b"), bytes32(0), bytes32(0));
        postRecords();
    }

    /// @notice So many records, all of which say that their bundles are too large for an answer.
    function postMany(uint256 count) internal {
        records = new bytes[](count);
        for (uint256 i; i < count; ++i) {
            records[i] = recordOf(1, 4, 1, uint48(BEGAN_MS), uint48(BEGAN_MS + 60), 96 * 1024 + 1);
        }
        postRecords();
    }

    function postRecords() private {
        bytes memory all_;
        for (uint256 i; i < records.length; ++i) {
            all_ = bytes.concat(all_, records[i]);
        }
        uint256 posted = (1 << records.length) - 1;
        bytes memory by = signRecord(EXECUTOR, batchNo, posted, all_);
        ledger.record(batchNo, posted, 1, "head", all_, by);
        closeRound();
    }

    /// @notice The verdict as the node signs it.
    function signVerdictOf(uint32 nodeNo, SignedVerdict memory a)
        internal
        returns (SignedVerdict memory)
    {
        bytes32 structHash = Duty.hashVerdict(
            Duty.Verdict({
                batchNo: a.batchNo,
                draw: a.draw,
                recordBlockHash: a.recordBlockHash,
                commitmentsHash: a.commitmentsHash,
                fault: a.fault,
                unable: a.unable,
                reportHash: a.reportHash,
                auditSeq: a.auditSeq,
                auditHead: a.auditHead
            })
        );
        a.signature = dutySignature(nodeNo, ledger.domainSeparator(), structHash);
        return a;
    }

    // Evidence

    function recordProof() internal view returns (RecordProof memory proof) {
        return proofOf(POSITION);
    }

    function proofOf(uint16 index) internal view returns (RecordProof memory proof) {
        bytes32[] memory items = new bytes32[](records.length);
        bytes32[] memory leaves = new bytes32[](records.length);
        for (uint16 i; i < records.length; ++i) {
            Item memory item = itemOf(intentNo, i + 1);
            items[i] = Leaves.item(
                item.executionId, item.intentNo, item.attempt, item.ordinal, item.t0Sec
            );
            leaves[i] = keccak256(bytes.concat(bytes1(0), records[i]));
        }
        proof.batchNo = batchNo;
        proof.index = index;
        proof.item = itemOf(intentNo, index + 1);
        proof.itemPath = pathOf(items, index);
        proof.record = records[index];
        proof.recordPath = pathOf(leaves, index);
    }

    function leafProof(uint16 index) internal view returns (LeafProof memory proof) {
        proof.words = transcript[index];
        proof.index = index;
        proof.count = uint16(transcript.length);
        proof.path = pathOf(hashes(), index);
    }

    function one(uint16 index) internal view returns (LeafProof[] memory proofs) {
        proofs = new LeafProof[](1);
        proofs[0] = leafProof(index);
    }

    function two(uint16 index) internal view returns (LeafProof[] memory proofs) {
        proofs = new LeafProof[](2);
        (proofs[0], proofs[1]) = (leafProof(index), leafProof(index + 1));
    }

    /// @notice Siblings from the leaf up; a level's odd last node has none.
    function pathOf(bytes32[] memory leaves, uint256 index)
        internal
        pure
        returns (bytes32[] memory path)
    {
        path = new bytes32[](16);
        uint256 used;
        uint256 left = leaves.length;
        bytes32[] memory level = new bytes32[](left);
        for (uint256 i; i < left; ++i) {
            level[i] = leaves[i];
        }
        while (left > 1) {
            uint256 sibling = index ^ 1;
            if (sibling < left) path[used++] = level[sibling];
            for (uint256 i; i < left; i += 2) {
                level[i / 2] = i + 1 < left ? Merkle.node(level[i], level[i + 1]) : level[i];
            }
            left = (left + 1) / 2;
            index /= 2;
        }
        assembly ("memory-safe") {
            mstore(path, used)
        }
    }

    function bondOf(uint32 operatorNo) internal view returns (uint256) {
        return registry.operator(operatorNo).bondWei;
    }
}

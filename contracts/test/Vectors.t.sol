// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EvidencePlans } from "../src/disputes/EvidencePlans.sol";
import { EvidenceRecords } from "../src/disputes/EvidenceRecords.sol";
import { IAuditTypes } from "../src/interfaces/IAudit.sol";
import { IEvidenceTypes } from "../src/interfaces/IEvidence.sol";
import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { Draw } from "../src/libraries/Draw.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { LeaseClass } from "../src/libraries/LeaseClass.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { Rank } from "../src/libraries/Rank.sol";
import { Test } from "./Test.sol";

/// @notice The vectors of the protocol package, read by its own tests too: `{"cases": [{…}, …]}` in each file.
contract VectorsTest is Test {
    string private _json;
    string private _case;

    function test_Trees() public {
        for (uint256 i; open("trees", i); ++i) {
            bytes32[] memory leaves = words("leaves");
            bytes32 root = word("root");
            uint256 count = number("count");
            bytes32 found = this.rootFrom(word("leaf"), number("index"), count, words("path"));
            assertEq(found, count == 0 ? bytes32(0) : root, place("path"));
            found = Merkle.rootFromMemory(word("leaf"), number("index"), count, words("path"));
            assertEq(found, count == 0 ? bytes32(0) : root, place("path in memory"));
            assertEq(Merkle.root(leaves, count), root, place("root"));
        }
    }

    function test_Items() public {
        for (uint256 i; open("items", i); ++i) {
            bytes32 leaf = Leaves.item(
                word("executionId"),
                uint32(number("intentNo")),
                uint8(number("attempt")),
                uint64(number("ordinal")),
                uint40(number("t0Sec"))
            );
            assertEq(leaf, word("leaf"), place("leaf"));
        }
    }

    function test_Records() public {
        for (uint256 i; open("records", i); ++i) {
            bytes memory record = blob("encoded");
            assertEq(record.length, Leaves.RECORD_BYTES, place("encoded"));
            assertEq(this.recordLeaf(record, 0), word("leaf"), place("leaf"));
            EvidenceRecords.Shown memory shown = EvidenceRecords.decode(record);
            assertEq(shown.transcriptRoot, word("transcriptRoot"), place("transcriptRoot"));
            assertEq(shown.bundleSha256, word("bundleSha256"), place("bundleSha256"));
            assertEq(shown.runtime, number("runtime"), place("runtime"));
            assertEq(shown.leafCount, number("leafCount"), place("leafCount"));
            assertEq(shown.attempt, number("attempt"), place("attempt"));
            assertEq(shown.startedMs, number("startedMs"), place("startedMs"));
            assertEq(shown.endedMs, number("endedMs"), place("endedMs"));
            assertEq(shown.bundleBytes, number("bundleBytes"), place("bundleBytes"));
        }
    }

    function test_Batches() public {
        for (uint256 i; open("batches", i); ++i) {
            uint256 posted = number("posted");
            bytes memory records = blob("records");
            bytes32[] memory leaves = new bytes32[](number("count"));
            uint256 offset;
            for (uint256 k; k < leaves.length; ++k) {
                if ((posted >> k) & 1 == 0) continue;
                leaves[k] = this.recordLeaf(records, offset);
                offset += Leaves.RECORD_BYTES;
            }
            bytes32 recordRoot = Merkle.root(leaves);
            assertEq(recordRoot, word("recordRoot"), place("recordRoot"));
            bytes32 rootWord = Leaves.recorded(word("itemsRoot"), recordRoot);
            assertEq(rootWord, word("rootWord"), place("rootWord"));
        }
    }

    function test_Permissions() public {
        for (uint256 i; open("permissions", i); ++i) {
            bytes32 leaf = Leaves.permission(
                uint16(number("step")),
                who("target"),
                number("valueWei"),
                keccak256(blob("callData")),
                Leaves.MODE_LITERAL
            );
            assertEq(leaf, word("leaf"), place("leaf"));
            bytes32 root = this.rootFrom(
                leaf, number("permissionIndex"), number("permissionCount"), words("path")
            );
            IEvidenceTypes.PermissionProof memory shown;
            (shown.target, shown.valueWei) = (who("target"), number("valueWei"));
            shown.callData = blob("callData");
            assertEq(EvidencePlans.callInputHash(shown), word("inputHash"), place("inputHash"));
            assertEq(root, word("permissionsRoot"), place("permissionsRoot"));
            bytes32 planRoot = Leaves.planRoot(word("planHash"), word("stepsRoot"), root);
            assertEq(planRoot, word("planRoot"), place("planRoot"));
        }
    }

    function test_Plans() public {
        for (uint256 i; open("plans", i); ++i) {
            bytes32 root =
                Leaves.planRoot(word("planHash"), word("stepsRoot"), word("permissionsRoot"));
            assertEq(root, word("planRoot"), place("planRoot"));
        }
    }

    function test_Intents() public {
        for (uint256 i; open("intents", i); ++i) {
            expectDigest(this.hashIntent(intentOf()));
        }
    }

    function test_Fires() public {
        for (uint256 i; open("fires", i); ++i) {
            bytes32 structHash = Owner.hashFire(
                word("intentHash"),
                uint64(number("ordinal")),
                word("inputHash"),
                uint40(number("firedAtSec")),
                uint40(number("validUntilSec"))
            );
            expectDigest(structHash);
        }
    }

    function test_NonceInvalidations() public {
        for (uint256 i; open("nonce-invalidations", i); ++i) {
            expectDigest(Owner.hashInvalidateNonce(who("owner"), number("nonce")));
        }
    }

    function test_Revocations() public {
        for (uint256 i; open("revokes", i); ++i) {
            expectDigest(Owner.hashRevoke(word("intentHash")));
        }
    }

    function test_RecordBatches() public {
        for (uint256 i; open("record-batches", i); ++i) {
            bytes32 structHash = Duty.hashRecordBatch(
                uint64(number("batchNo")),
                word("itemsRoot"),
                word("recordRoot"),
                number("posted"),
                uint64(number("auditSeq")),
                word("auditHead")
            );
            expectDigest(structHash);
        }
    }

    function test_Commitments() public {
        for (uint256 i; open("commitments", i); ++i) {
            bytes32 structHash = Duty.hashCommitment(
                uint64(number("batchNo")),
                uint8(number("draw")),
                word("commitment"),
                uint64(number("auditSeq")),
                word("auditHead")
            );
            expectDigest(structHash);
        }
    }

    function test_Verdicts() public {
        for (uint256 i; open("verdicts", i); ++i) {
            Duty.Verdict memory verdict = Duty.Verdict({
                batchNo: uint64(number("batchNo")),
                draw: uint8(number("draw")),
                recordBlockHash: word("recordBlockHash"),
                commitmentsHash: word("commitmentsHash"),
                fault: number("fault"),
                unable: number("unable"),
                reportHash: word("reportHash"),
                auditSeq: uint64(number("auditSeq")),
                auditHead: word("auditHead")
            });
            expectDigest(Duty.hashVerdict(verdict));
        }
    }

    function test_Votes() public {
        for (uint256 i; open("votes", i); ++i) {
            bytes32 structHash = Duty.hashVote(
                uint64(number("disputeNo")),
                uint16(number("fault")),
                uint16(number("leaf")),
                word("reportHash"),
                uint64(number("auditSeq")),
                word("auditHead")
            );
            expectDigest(structHash);
        }
    }

    function test_AuditCheckpoints() public {
        for (uint256 i; open("audit-checkpoints", i); ++i) {
            IAuditTypes.AuditCheckpoint memory checkpoint = IAuditTypes.AuditCheckpoint({
                nodeNo: uint32(number("nodeNo")),
                entries: uint64(number("entries")),
                records: uint64(number("records")),
                commitments: uint64(number("commitments")),
                verdicts: uint64(number("verdicts")),
                votes: uint64(number("votes")),
                dutyUses: uint64(number("dutyUses")),
                actionUses: uint64(number("actionUses")),
                auditSeq: uint64(number("auditSeq")),
                auditHead: word("auditHead")
            });
            expectDigest(Duty.hashAuditCheckpoint(checkpoint));
        }
    }

    function test_CaBindings() public {
        for (uint256 i; open("ca-bindings", i); ++i) {
            bytes32 structHash = this.hashTlsCaBinding(
                uint32(number("operatorNo")), word("caHash"), text("endpoint")
            );
            expectDigest(structHash);
        }
    }

    function test_SealingKeyBindings() public {
        for (uint256 i; open("sealing-key-bindings", i); ++i) {
            expectDigest(
                Duty.hashSealingKeyBinding(uint32(number("operatorNo")), word("x"), word("y"))
            );
        }
    }

    function test_KeyRotations() public {
        for (uint256 i; open("key-rotations", i); ++i) {
            bytes32 structHash = Duty.hashKeyRotation(
                uint32(number("nodeNo")),
                who("dutyKey"),
                who("actionKey"),
                uint40(number("fromSec"))
            );
            expectDigest(structHash);
        }
    }

    function test_LeaseClasses() public {
        for (uint256 i; open("lease-classes", i); ++i) {
            uint40 durationSec = LeaseClass.durationSec(uint8(number("leaseClass")));
            assertEq(durationSec, number("durationSec"), place("durationSec"));
        }
    }

    function test_Draws() public {
        for (uint256 i; open("draws", i); ++i) {
            uint256[] memory seats = Draw.seats(
                bytes27(blob("seed")),
                uint64(number("batchNo")),
                number("draw"),
                number("verifiers"),
                number("excluded"),
                number("wanted")
            );
            uint256[] memory expected = vm.parseJsonUintArray(_json, place("seats"));
            assertEq(abi.encode(seats), abi.encode(expected), place("seats"));
        }
    }

    function test_Ranks() public {
        for (uint256 i; open("ranks", i); ++i) {
            uint256[] memory ranks = vm.parseJsonUintArray(_json, place("ranks"));
            assertEq(ranks.length, number("executors"), place("ranks"));
            for (uint256 position; position < ranks.length; ++position) {
                uint256 rank =
                    Rank.rankOf(word("seed"), word("executionId"), position, ranks.length);
                assertEq(rank, ranks[position], place("ranks"));
            }
        }
    }

    function test_Executions() public {
        for (uint256 i; open("executions", i); ++i) {
            bytes32 occurrence = occurrenceOf(number("kind"));
            assertEq(occurrence, word("occurrenceId"), place("occurrenceId"));
            vm.chainId(number("ledgerChainId"));
            bytes32 id = Leaves.execution(who("executions"), word("intentHash"), occurrence);
            assertEq(id, word("executionId"), place("executionId"));
        }
    }

    // -- reading ---------------------------------------------------------------------------------

    /// @dev Is there a case `index` in the file? A file that is missing or empty is no pass.
    function open(string memory name, uint256 index) private returns (bool there) {
        string memory path = string.concat(vm.projectRoot(), "/../protocol/vectors/", name, ".json");
        if (index == 0) _json = vm.readFile(path);
        _case = string.concat(".cases[", vm.toString(index), "]");
        there = vm.keyExistsJson(_json, _case);
        assertTrue(there || index != 0, string.concat(name, ": no cases"));
    }

    function place(string memory field) private view returns (string memory) {
        return string.concat(_case, ".", field);
    }

    function word(string memory field) private view returns (bytes32) {
        return vm.parseJsonBytes32(_json, place(field));
    }

    function number(string memory field) private view returns (uint256) {
        return vm.parseJsonUint(_json, place(field));
    }

    function who(string memory field) private view returns (address) {
        return vm.parseJsonAddress(_json, place(field));
    }

    function text(string memory field) private view returns (string memory) {
        return vm.parseJsonString(_json, place(field));
    }

    function words(string memory field) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(_json, place(field));
    }

    function blob(string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(_json, place(field));
    }

    function expectDigest(bytes32 structHash) private view {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Deed"),
                keccak256("1"),
                number("chainId"),
                who("verifyingContract")
            )
        );
        assertEq(separator, word("separator"), place("separator"));
        assertEq(Owner.digest(separator, structHash), word("digest"), place("digest"));
    }

    function occurrenceOf(uint256 kind) private view returns (bytes32) {
        if (kind == 2) return Leaves.intervalOccurrence(uint64(number("ordinal")));
        if (kind == 3) return Leaves.manualOccurrence(uint64(number("ordinal")));
        if (kind == 4) return Leaves.cronOccurrence(uint64(number("ordinal")));
        if (kind == 5) return Leaves.blockOccurrence(uint64(number("ordinal")));
        if (kind == 6) return Leaves.startOccurrence(uint64(number("ordinal")));
        return Leaves.eventOccurrence(number("chainId"), word("txHash"), number("logOrdinal"));
    }

    function intentOf() private view returns (IIntentsTypes.Intent memory intent) {
        intent.owner = who("owner");
        intent.revoker = who("revoker");
        intent.name = text("name");
        intent.summary = text("summary");
        intent.yamlHash = word("yamlHash");
        intent.planRoot = word("planRoot");
        intent.runtime = uint16(number("runtime"));
        intent.kind = uint8(number("kind"));
        intent.leaseClass = uint8(number("leaseClass"));
        intent.start = uint40(number("start"));
        intent.period = uint32(number("period"));
        intent.catchUp = uint8(number("catchUp"));
        intent.validUntilSec = uint40(number("validUntilSec"));
        intent.maxExecutions = uint32(number("maxExecutions"));
        intent.perHour = uint16(number("perHour"));
        intent.nonce = number("nonce");
        intent.permissions = permissionsOf();
    }

    function permissionsOf() private view returns (IIntentsTypes.Permission[] memory permissions) {
        address[] memory targets = vm.parseJsonAddressArray(_json, place("targets"));
        permissions = new IIntentsTypes.Permission[](targets.length);
        for (uint256 i; i < targets.length; ++i) {
            string memory index = string.concat("[", vm.toString(i), "]");
            permissions[i] = IIntentsTypes.Permission({
                target: targets[i],
                call: text(string.concat("calls", index)),
                valueWei: number(string.concat("values", index))
            });
        }
    }

    // -- what takes call data --------------------------------------------------------------------

    function rootFrom(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        external
        pure
        returns (bytes32)
    {
        return Merkle.rootFrom(leaf, index, count, path);
    }

    function recordLeaf(bytes calldata records, uint256 offset) external pure returns (bytes32) {
        return Leaves.record(records, offset);
    }

    function hashIntent(IIntentsTypes.Intent calldata intent) external pure returns (bytes32) {
        return Owner.hashIntent(intent);
    }

    function hashTlsCaBinding(uint32 operatorNo, bytes32 caHash, string calldata endpoint)
        external
        pure
        returns (bytes32)
    {
        return Duty.hashTlsCaBinding(operatorNo, caHash, endpoint);
    }
}

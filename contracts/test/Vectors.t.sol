// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { Draw } from "../src/libraries/Draw.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { Rank } from "../src/libraries/Rank.sol";
import { Test } from "./Test.sol";

/// @notice The vectors of the protocol package, read by its own tests too: `{"cases": [{…}, …]}` in each file.
/// Bytes are 0x-hex; numbers beyond 2^53 are decimal strings.
contract VectorsTest is Test {
    string private _json;
    string private _case;

    /// @dev {leaves, root}; with leaves also {index, path}.
    function test_Trees() public {
        for (uint256 i; open("trees", i); ++i) {
            bytes32[] memory leaves = vm.parseJsonBytes32Array(_json, place("leaves"));
            bytes32 root = word("root");
            uint256 count = leaves.length;
            if (count != 0) {
                uint256 index = number("index");
                bytes32[] memory path = vm.parseJsonBytes32Array(_json, place("path"));
                bytes32 found = this.rootFrom(leaves[index], index, count, path);
                assertEq(found, root, place("path"));
            }
            assertEq(Merkle.root(leaves), root, place("root"));
        }
    }

    /// @dev {executionId, intentNo, attempt, ordinal, t0Sec, leaf}
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

    /// @dev {record, leaf}
    function test_Records() public {
        for (uint256 i; open("records", i); ++i) {
            bytes memory record = vm.parseJsonBytes(_json, place("record"));
            assertEq(record.length, Leaves.RECORD_BYTES, place("record"));
            assertEq(this.recordLeaf(record), word("leaf"), place("leaf"));
        }
    }

    /// @dev {step, target, valueWei, callData, leaf}
    function test_Permissions() public {
        for (uint256 i; open("permissions", i); ++i) {
            bytes32 leaf = Leaves.permission(
                uint16(number("step")),
                who("target"),
                number("valueWei"),
                keccak256(vm.parseJsonBytes(_json, place("callData"))),
                Leaves.MODE_LITERAL
            );
            assertEq(leaf, word("leaf"), place("leaf"));
        }
    }

    /// @dev {planHash, stepsRoot, permissionsRoot, planRoot}
    function test_PlanRoots() public {
        for (uint256 i; open("plan-roots", i); ++i) {
            bytes32 root =
                Leaves.planRoot(word("planHash"), word("stepsRoot"), word("permissionsRoot"));
            assertEq(root, word("planRoot"), place("planRoot"));
        }
    }

    /// @dev {chainId, verifyingContract, intent: {owner, …, permissions: [{target, call, valueWei}]}, digest}
    function test_Intents() public {
        for (uint256 i; open("intents", i); ++i) {
            bytes32 structHash = this.hashIntent(intentOf());
            assertEq(Owner.digest(domain(), structHash), word("digest"), place("digest"));
        }
    }

    /// @dev {structure: "RecordBatch" …, chainId, verifyingContract, message: {…}, digest}
    function test_Structures() public {
        for (uint256 i; open("structures", i); ++i) {
            assertEq(Owner.digest(domain(), structHashOf()), word("digest"), place("digest"));
        }
    }

    /// @dev {seed, batchNo, draw, verifiers, excluded: [position], wanted, seats: [position]}
    function test_Draws() public {
        for (uint256 i; open("draws", i); ++i) {
            uint256[] memory list = vm.parseJsonUintArray(_json, place("excluded"));
            uint256 excluded;
            for (uint256 k; k < list.length; ++k) {
                excluded |= 1 << list[k];
            }
            uint256[] memory seats = Draw.seats(
                bytes27(vm.parseJsonBytes(_json, place("seed"))),
                uint64(number("batchNo")),
                number("draw"),
                number("verifiers"),
                excluded,
                number("wanted")
            );
            uint256[] memory expected = vm.parseJsonUintArray(_json, place("seats"));
            assertEq(abi.encode(seats), abi.encode(expected), place("seats"));
        }
    }

    /// @dev {generationSeed, executionId, executors, position, rank}
    function test_Ranks() public {
        for (uint256 i; open("ranks", i); ++i) {
            uint256 rank = Rank.rankOf(
                word("generationSeed"), word("executionId"), number("position"), number("executors")
            );
            assertEq(rank, number("rank"), place("rank"));
        }
    }

    /// @dev {chainId, executions, intentHash, kind, ordinal (2, 3) or eventChainId, txHash, logOrdinal (1),
    /// occurrenceId, executionId}
    function test_Executions() public {
        for (uint256 i; open("executions", i); ++i) {
            bytes32 occurrence = occurrenceOf(number("kind"));
            assertEq(occurrence, word("occurrenceId"), place("occurrenceId"));
            vm.chainId(number("chainId"));
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

    function domain() private view returns (bytes32) {
        return keccak256(
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
    }

    function occurrenceOf(uint256 kind) private view returns (bytes32) {
        if (kind == 2) return Leaves.intervalOccurrence(uint64(number("ordinal")));
        if (kind == 3) return Leaves.manualOccurrence(uint64(number("ordinal")));
        return Leaves.eventOccurrence(number("eventChainId"), word("txHash"), number("logOrdinal"));
    }

    function intentOf() private view returns (IIntentsTypes.Intent memory intent) {
        intent.owner = who("intent.owner");
        intent.revoker = who("intent.revoker");
        intent.name = text("intent.name");
        intent.summary = text("intent.summary");
        intent.yamlHash = word("intent.yamlHash");
        intent.planRoot = word("intent.planRoot");
        intent.runtime = uint16(number("intent.runtime"));
        intent.kind = uint8(number("intent.kind"));
        intent.leaseClass = uint8(number("intent.leaseClass"));
        intent.periodSec = uint32(number("intent.periodSec"));
        intent.validUntilSec = uint40(number("intent.validUntilSec"));
        intent.maxExecutions = uint32(number("intent.maxExecutions"));
        intent.perHour = uint16(number("intent.perHour"));
        intent.nonce = number("intent.nonce");
        intent.permissions = permissionsOf();
    }

    function permissionsOf() private view returns (IIntentsTypes.Permission[] memory permissions) {
        uint256 count;
        while (vm.keyExistsJson(_json, place(line(count)))) {
            ++count;
        }
        permissions = new IIntentsTypes.Permission[](count);
        for (uint256 i; i < count; ++i) {
            permissions[i] = IIntentsTypes.Permission({
                target: who(string.concat(line(i), ".target")),
                call: text(string.concat(line(i), ".call")),
                valueWei: number(string.concat(line(i), ".valueWei"))
            });
        }
    }

    function line(uint256 index) private pure returns (string memory) {
        return string.concat("intent.permissions[", vm.toString(index), "]");
    }

    function structHashOf() private view returns (bytes32) {
        bytes32 name = keccak256(bytes(text("structure")));
        if (name == keccak256("RecordBatch")) return recordBatch();
        if (name == keccak256("Commitment")) return commitment();
        if (name == keccak256("Verdict")) return verdict();
        if (name == keccak256("Vote")) return vote();
        if (name == keccak256("TlsCaBinding")) {
            return this.hashTlsCaBinding(
                uint32(number("message.operatorNo")),
                word("message.caHash"),
                text("message.endpoint")
            );
        }
        if (name == keccak256("Revoke")) return Owner.hashRevoke(word("message.intentHash"));
        if (name == keccak256("Fire")) return fire();
        revert(string.concat("no such structure here: ", text("structure")));
    }

    function recordBatch() private view returns (bytes32) {
        return Duty.hashRecordBatch(
            uint64(number("message.batchNo")),
            word("message.itemsRoot"),
            word("message.recordRoot"),
            number("message.posted"),
            uint64(number("message.auditSeq")),
            word("message.auditHead")
        );
    }

    function commitment() private view returns (bytes32) {
        return Duty.hashCommitment(
            uint64(number("message.batchNo")),
            uint8(number("message.draw")),
            word("message.commitment"),
            uint64(number("message.auditSeq")),
            word("message.auditHead")
        );
    }

    function verdict() private view returns (bytes32) {
        return Duty.hashVerdict(
            Duty.Verdict({
                batchNo: uint64(number("message.batchNo")),
                draw: uint8(number("message.draw")),
                recordBlockHash: word("message.recordBlockHash"),
                commitmentsHash: word("message.commitmentsHash"),
                fault: number("message.fault"),
                unable: number("message.unable"),
                reportHash: word("message.reportHash"),
                auditSeq: uint64(number("message.auditSeq")),
                auditHead: word("message.auditHead")
            })
        );
    }

    function vote() private view returns (bytes32) {
        return Duty.hashVote(
            uint64(number("message.disputeNo")),
            vm.parseJsonBool(_json, place("message.guilty")),
            uint16(number("message.leaf")),
            word("message.reportHash"),
            uint64(number("message.auditSeq")),
            word("message.auditHead")
        );
    }

    function fire() private view returns (bytes32) {
        return Owner.hashFire(
            word("message.intentHash"),
            uint64(number("message.ordinal")),
            word("message.inputHash"),
            uint40(number("message.firedAtSec")),
            uint40(number("message.validUntilSec"))
        );
    }

    // -- what takes call data --------------------------------------------------------------------

    function rootFrom(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        external
        pure
        returns (bytes32)
    {
        return Merkle.rootFrom(leaf, index, count, path);
    }

    function recordLeaf(bytes calldata record) external pure returns (bytes32) {
        return Leaves.record(record, 0);
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

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { SeatEntries, SeatEntry } from "../src/executions/SeatEntries.sol";
import { Seats } from "../src/executions/Seats.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice The vectors of the protocol package that concern rounds, reports, commitments and claims.
contract LedgerVectorsTest is LedgerFixture {
    string private _json;

    function setUp() public {
        deploy(7, devnetParameters());
    }

    function test_Rounds() public {
        for (uint256 i; open("rounds", i); ++i) {
            uint256 snapshot = vm.snapshotState();
            uint40 round = uint40(vm.parseJsonUint(_json, key(i, "round")));
            bytes32[] memory preimages = vm.parseJsonBytes32Array(_json, key(i, "preimages"));
            uint256[] memory numbers = vm.parseJsonUintArray(_json, key(i, "operatorNos"));
            bytes memory before = vm.parseJsonBytes(_json, key(i, "previousSeed"));
            startAt(round, before);
            uint32[] memory operatorNos = new uint32[](numbers.length);
            for (uint256 k; k < numbers.length; ++k) {
                operatorNos[k] = uint32(numbers[k]);
                vm.prank(cold(operatorNos[k]));
                rounds.commitChain(operatorNos[k], hashed(preimages[k], 1));
            }
            vm.prank(address(ledger));
            rounds.assign();
            mine(1);
            rounds.reveal(round, operatorNos, preimages);
            (bytes27 seed,) = rounds.seedOf(round);
            bytes memory expected = vm.parseJsonBytes(_json, key(i, "seed"));
            assertEq(abi.encodePacked(seed), expected, "seed");
            vm.revertToState(snapshot);
        }
    }

    function test_Reports() public {
        for (uint256 i; open("reports", i); ++i) {
            bytes memory report = vm.parseJsonBytes(_json, key(i, "report"));
            uint256 bits = uint256(vm.parseJsonBytes32(_json, key(i, "bits")));
            assertTrue(this.isReport(report, bits), "a report of its bits");
            assertFalse(this.isReport(report, bits ^ 2), "and of no others");
            assertEq(keccak256(report), vm.parseJsonBytes32(_json, key(i, "reportHash")), "hash");
        }
    }

    function test_SeatEntries() public {
        for (uint256 i; open("seat-entries", i); ++i) {
            uint256[] memory nodes = vm.parseJsonUintArray(_json, key(i, "nodeNos"));
            uint256[] memory seqs = vm.parseJsonUintArray(_json, key(i, "auditSeqs"));
            bytes32[] memory faults = vm.parseJsonBytes32Array(_json, key(i, "faults"));
            bytes32[] memory unables = vm.parseJsonBytes32Array(_json, key(i, "unables"));
            bytes32[] memory hashes = vm.parseJsonBytes32Array(_json, key(i, "reportHashes"));
            bytes32[] memory salts = vm.parseJsonBytes32Array(_json, key(i, "salts"));
            bytes32[] memory heads = vm.parseJsonBytes32Array(_json, key(i, "auditHeads"));
            bytes32[] memory signatures = vm.parseJsonBytes32Array(_json, key(i, "signatureHashes"));
            bytes memory entries = vm.parseJsonBytes(_json, key(i, "entries"));
            (SeatEntry[] memory seats, bytes32[] memory signed) =
                this.seatEntries(entries, nodes.length);
            for (uint256 seat; seat < nodes.length; ++seat) {
                assertEq(seats[seat].nodeNo, nodes[seat], "node");
                assertEq(seats[seat].auditSeq, seqs[seat], "audit position");
                assertEq(bytes32(seats[seat].fault), faults[seat], "fault");
                assertEq(bytes32(seats[seat].unable), unables[seat], "unable");
                assertEq(seats[seat].reportHash, hashes[seat], "report");
                assertEq(seats[seat].salt, salts[seat], "salt");
                assertEq(seats[seat].auditHead, heads[seat], "audit head");
                assertEq(signed[seat], signatures[seat], "signature");
            }
        }
    }

    function seatEntries(bytes calldata entries, uint256 count)
        external
        pure
        returns (SeatEntry[] memory seats, bytes32[] memory signatures)
    {
        seats = SeatEntries.read(entries, count);
        signatures = new bytes32[](count);
        for (uint256 seat; seat < count; ++seat) {
            signatures[seat] = keccak256(SeatEntries.signatureOf(seats[seat], entries));
        }
    }

    function test_VerdictCommitments() public {
        for (uint256 i; open("verdict-commitments", i); ++i) {
            Seats.Sitting memory sitting;
            sitting.batchNo = uint64(vm.parseJsonUint(_json, key(i, "batchNo")));
            sitting.batch.draw = uint8(vm.parseJsonUint(_json, key(i, "draw")));
            SeatVerdict memory verdict;
            verdict.nodeNo = uint32(vm.parseJsonUint(_json, key(i, "nodeNo")));
            verdict.fault = uint256(vm.parseJsonBytes32(_json, key(i, "fault")));
            verdict.unable = uint256(vm.parseJsonBytes32(_json, key(i, "unable")));
            verdict.reportHash = vm.parseJsonBytes32(_json, key(i, "reportHash"));
            verdict.salt = vm.parseJsonBytes32(_json, key(i, "salt"));
            assertEq(
                this.commitment(sitting, verdict),
                vm.parseJsonBytes32(_json, key(i, "commitment")),
                "commitment"
            );
        }
    }

    function test_ClaimsOfEventsAreReadAsTheyArePacked() public {
        for (uint256 i; open("claims", i); ++i) {
            if (vm.parseJsonUint(_json, key(i, "kind")) != EVENT) continue;
            uint32 intentNo = register(EVENT);
            assertEq(intentNo, 1, "the first entry is of intent 1");
            uint256 t0Sec = vm.parseJsonUint(_json, key(i, "t0Sec"));
            vm.warp(t0Sec + 14);
            bytes memory items = vm.parseJsonBytes(_json, key(i, "items"));
            (, uint256 accepted) = claimAs(1, EVENT, items);
            assertEq(accepted, 1, "the others' intents are unknown");
            bytes32 id = ledger.executionIdOf(
                intents.intentHashOf(intentNo), vm.parseJsonBytes32(_json, key(i, "occurrenceId"))
            );
            (uint64 batchNo,,) = ledger.claimOf(id);
            assertEq(batchNo, 1, "claimed by its id");
        }
    }

    function isReport(bytes calldata report, uint256 bits) external pure returns (bool) {
        (bool valid, uint256 named) = SeatEntries.faultsOf(report);
        return valid && named == bits;
    }

    function commitment(Seats.Sitting calldata sitting, SeatVerdict calldata verdict)
        external
        pure
        returns (bytes32)
    {
        return Seats.commitmentOf(sitting, verdict);
    }

    /// @dev Writes the beacon's slots as spec 08 lays them out: rounds at 5, the current round at 6.
    function startAt(uint40 round, bytes memory seed) private {
        vm.store(address(rounds), bytes32(uint256(7)), bytes32(uint256(round) << 192));
        bytes32 slot = keccak256(abi.encode(uint256(round) - 1, uint256(6)));
        vm.store(address(rounds), slot, bytes32(bytes27(seed)));
    }

    function open(string memory name, uint256 i) private returns (bool) {
        if (i == 0) {
            _json = vm.readFile(
                string.concat(vm.projectRoot(), "/../protocol/vectors/", name, ".json")
            );
            assertTrue(vm.keyExistsJson(_json, ".cases[0]"), "there is a case at least");
        }
        return vm.keyExistsJson(_json, string.concat(".cases[", vm.toString(i), "]"));
    }

    function key(uint256 i, string memory name) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "].", name);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Draw } from "../src/libraries/Draw.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { LeaseClass } from "../src/libraries/LeaseClass.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Test } from "./Test.sol";

/// @notice The libraries against the specification, written out once more the slow way.
contract LibrariesTest is Test {
    // -- trees -----------------------------------------------------------------------------------

    function testFuzz_ARootIsTheSpecifications(bytes32[] memory leaves) public pure {
        bytes32 expected = slowRoot(leaves);
        assertEq(Merkle.root(leaves), expected, "root");
    }

    function testFuzz_ARootOverAPrefixLeavesTheRestOut(bytes32[] memory leaves, uint256 count)
        public
        pure
    {
        count = bound(count, 0, leaves.length);
        bytes32[] memory prefix = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            prefix[i] = leaves[i];
        }
        assertEq(Merkle.root(leaves, count), slowRoot(prefix), "root");
    }

    function test_TheEmptyTreeHasARoot() public pure {
        assertEq(
            Merkle.root(new bytes32[](0)),
            keccak256(abi.encodePacked(bytes1(0x02), uint32(0), bytes32(0))),
            "root"
        );
    }

    function testFuzz_APathLeadsToTheRootAndNoOtherPlaceDoes(uint256 seed, uint16 size)
        public
        view
    {
        uint256 count = bound(size, 1, 70);
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
        bytes32 root = slowRoot(leaves);
        uint256 index = seed % count;
        bytes32[] memory path = slowPath(leaves, index);
        assertTrue(this.verify(root, leaves[index], index, count, path), "there");
        assertFalse(this.verify(root, "other", index, count, path), "another leaf");
        assertFalse(this.verify(root, leaves[index], index + 1, count, path), "another place");
        assertFalse(this.verify(root, leaves[index], index, count + 1, path), "another count");
        bytes32[] memory longer = new bytes32[](path.length + 1);
        assertFalse(this.verify(root, leaves[index], index, count, longer), "a longer path");
        if (path.length != 0) {
            bytes32[] memory shorter = new bytes32[](path.length - 1);
            assertFalse(this.verify(root, leaves[index], index, count, shorter), "a shorter");
        }
    }

    function test_NothingLiesUnderTheZeroRoot() public view {
        bytes32[] memory none = new bytes32[](0);
        assertFalse(this.verify(0, "leaf", 5, 3, none), "out of range");
        assertFalse(this.verify(0, "leaf", 0, 0, none), "of an empty tree");
    }

    // -- leaves ----------------------------------------------------------------------------------

    function testFuzz_LeavesAreTheSpecifications(
        bytes32 id,
        uint32 intentNo,
        uint8 attempt,
        uint64 ordinal,
        uint40 t0Sec
    ) public pure {
        bytes memory words = abi.encode(
            id, uint256(intentNo), uint256(attempt), uint256(ordinal), uint256(t0Sec)
        );
        assertEq(
            Leaves.item(id, intentNo, attempt, ordinal, t0Sec),
            keccak256(bytes.concat(hex"00", words)),
            "item"
        );
        assertEq(Leaves.recorded(id, "r"), keccak256(abi.encode(id, bytes32("r"))), "root word");
    }

    function testFuzz_ExecutionsHaveTheSpecifiedNames(address ledger, bytes32 intentHash, uint64 k)
        public
        view
    {
        bytes32 tick = keccak256(abi.encode(bytes32("interval"), uint256(k)));
        assertEq(Leaves.intervalOccurrence(k), tick, "tick");
        assertEq(
            Leaves.manualOccurrence(k),
            keccak256(abi.encode(bytes32("manual"), uint256(k))),
            "manual"
        );
        assertEq(
            Leaves.cronOccurrence(k), keccak256(abi.encode(bytes32("cron"), uint256(k))), "cron"
        );
        assertEq(
            Leaves.blockOccurrence(k), keccak256(abi.encode(bytes32("block"), uint256(k))), "block"
        );
        assertEq(
            Leaves.startOccurrence(k), keccak256(abi.encode(bytes32("start"), uint256(k))), "start"
        );
        assertEq(
            Leaves.execution(ledger, intentHash, tick),
            keccak256(
                abi.encode(bytes32("deed.execution.1"), block.chainid, ledger, intentHash, tick)
            ),
            "execution"
        );
    }

    function testFuzz_ARecordsLeafIsOverItsOwnBytes(bytes32[12] memory words, uint8 which)
        public
        view
    {
        bytes memory records = abi.encode(words);
        uint256 k = which % 3;
        bytes memory own =
            abi.encode(words[k * 4], words[k * 4 + 1], words[k * 4 + 2], words[k * 4 + 3]);
        assertEq(this.recordLeaf(records, k * 128), keccak256(bytes.concat(hex"00", own)), "leaf");
    }

    // -- classes, draws, signatures --------------------------------------------------------------

    function test_TheTableOfLeaseClasses() public pure {
        uint16[16] memory table =
            [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 2700, 3600];
        for (uint8 i; i < 16; ++i) {
            assertEq(LeaseClass.durationSec(i), table[i], "duration");
            assertTrue(LeaseClass.isKnown(i), "known");
        }
        assertEq(LeaseClass.durationSec(16), 0, "no seventeenth");
        assertEq(LeaseClass.durationSec(255), 0, "nor a last");
        assertFalse(LeaseClass.isKnown(16), "unknown");
    }

    function testFuzz_ADrawSeatsDistinctCandidates(
        bytes27 seed,
        uint256 excluded,
        uint8 size,
        uint8 draw
    ) public pure {
        uint256 verifiers = bound(size, 0, 128);
        uint256 wanted = Draw.seatCount(verifiers);
        uint256[] memory seats = Draw.seats(seed, 7, draw, verifiers, excluded, wanted);
        uint256 candidates;
        for (uint256 i; i < verifiers; ++i) {
            if ((excluded >> i) & 1 == 0) ++candidates;
        }
        assertEq(seats.length, candidates < wanted ? candidates : wanted, "seats");
        uint256 taken;
        for (uint256 i; i < seats.length; ++i) {
            assertWithin(seats[i], 0, verifiers - 1, "position");
            assertEq((excluded >> seats[i]) & 1, 0, "excluded");
            assertEq((taken >> seats[i]) & 1, 0, "twice");
            taken |= 1 << seats[i];
        }
    }

    function test_ASeatCountFollowsTheGeneration() public pure {
        assertEq(Draw.seatCount(7), 3, "seven");
        assertEq(Draw.seatCount(9), 3, "nine");
        assertEq(Draw.seatCount(10), 5, "ten");
    }

    function testFuzz_ASignatureIsItsKeysOrNobodys(bytes32 digest, bytes calldata noise) public {
        (address alice, uint256 privateKey) = account("alice");
        assertTrue(this.isSigned(digest, signature(privateKey, digest), alice), "signed");
        assertFalse(this.isSigned(digest, noise, alice), "noise");
        assertFalse(this.isSigned(digest, noise, address(0)), "nobody signs nothing");
    }

    // -- the slow way ----------------------------------------------------------------------------

    function verify(
        bytes32 root,
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata path
    ) external pure returns (bool) {
        return Merkle.verify(root, leaf, index, count, path);
    }

    function recordLeaf(bytes calldata records, uint256 offset) external pure returns (bytes32) {
        return Leaves.record(records, offset);
    }

    function isSigned(bytes32 digest, bytes calldata given, address key)
        external
        pure
        returns (bool)
    {
        return Duty.signed(digest, given, key);
    }

    function slowRoot(bytes32[] memory leaves) private pure returns (bytes32) {
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            level = above(level);
        }
        bytes32 top = level.length == 0 ? bytes32(0) : level[0];
        return keccak256(abi.encodePacked(bytes1(0x02), uint32(leaves.length), top));
    }

    function slowPath(bytes32[] memory level, uint256 index)
        private
        pure
        returns (bytes32[] memory path)
    {
        path = new bytes32[](0);
        while (level.length > 1) {
            if (index ^ 1 < level.length) {
                bytes32[] memory longer = new bytes32[](path.length + 1);
                for (uint256 i; i < path.length; ++i) {
                    longer[i] = path[i];
                }
                longer[path.length] = level[index ^ 1];
                path = longer;
            }
            level = above(level);
            index /= 2;
        }
    }

    function above(bytes32[] memory level) private pure returns (bytes32[] memory upper) {
        upper = new bytes32[]((level.length + 1) / 2);
        for (uint256 i; i < level.length; i += 2) {
            upper[i / 2] = i + 1 < level.length
                ? keccak256(abi.encodePacked(bytes1(0x01), level[i], level[i + 1]))
                : level[i];
        }
    }
}

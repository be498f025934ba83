// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { RegistryFixture } from "./RegistryFixture.sol";

/// @notice Who is in a generation, when the next one opens, and how one leaves.
contract RegistryGenerationsTest is RegistryFixture {
    function setUp() public {
        setUpRegistry();
    }

    function test_TheFirstGenerationOpensAtOnceWithItsSeed() public {
        seat(5);
        assertEq(registry.generation(), 1, "number");
        Generation memory info = registry.generationInfo(1);
        assertEq(info.executors, 5, "executors");
        assertEq(info.verifiers, 5, "verifiers");
        assertEq(info.openedAtSec, block.timestamp, "opened");
        bytes32 seed =
            keccak256(abi.encodePacked(bytes32("deed.generation.1"), uint256(1), bytes32(0)));
        assertEq(info.seed, seed, "seed before any round closed");
        assertNumbers(registry.executorsOf(1), 1, 5);
        assertNumbers(registry.verifiersOf(1), 1, 5);
        assertEq(executorPosition(1, 3), 3, "position plus one");
        assertEq(registry.verifierPosition(1, 6), 0, "not a member");
        assertEq(registry.verifierPosition(2, 1), 0, "no such generation");
    }

    /// @dev Claims and rounds read the copies only.
    function testFuzz_TheHeadIsTheNewestGenerationAndTheParameters(
        uint16 deltaSec,
        uint16 marginSec,
        uint16 windowSec,
        uint8 confirmations
    ) public {
        seat(5);
        checkHead(1, 5);
        Parameters memory rules = devnetParameters();
        rules.deltaSec = uint16(bound(deltaSec, 1, 600));
        rules.leaseMarginSec = uint16(bound(marginSec, 1, 3600));
        rules.claimWindowSec = uint32(bound(windowSec, 10, type(uint16).max));
        rules.confirmations = uint16(bound(confirmations, 0, 128));
        rules.unbondingSec = 300 days;
        vm.prank(council);
        registry.setParameters(rules);
        checkHead(1, 5);
        bonded(6);
        join(6, 6, BOTH);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        checkHead(2, 6);
    }

    function checkHead(uint32 generation, uint256 executors) private view {
        Head memory head = registry.head();
        Parameters memory rules = registry.parameters();
        assertEq(head.generation, generation, "generation");
        assertEq(head.generation, registry.generation(), "and alone");
        assertEq(head.executors, executors, "executors");
        assertEq(head.executors, registry.generationInfo(generation).executors, "as opened");
        assertEq(head.deltaSec, rules.deltaSec, "delta");
        assertEq(head.leaseMarginSec, rules.leaseMarginSec, "margin");
        assertEq(head.claimWindowSec, rules.claimWindowSec, "window");
        assertEq(head.confirmations, rules.confirmations, "confirmations");
    }

    function test_AClaimantIsTheActorWithItsPlaceAndTheSeed() public {
        seat(5);
        for (uint32 no = 1; no <= 5; ++no) {
            (uint32 nodeNo, uint8 roles, uint256 place, bytes32 seed,) =
                registry.claimant(action(no));
            (uint32 actorNo,, uint8 actorRoles) = registry.actor(action(no));
            assertEq(nodeNo, actorNo, "node");
            assertEq(roles, actorRoles, "roles");
            assertEq(place, executorPosition(1, no), "place");
            assertEq(seed, registry.generationInfo(1).seed, "seed");
        }
        (uint32 stranger,, uint256 nowhere,,) = registry.claimant(address(this));
        assertEq(stranger, 0, "no node");
        assertEq(nowhere, 0, "no place");
        vm.prank(council);
        registry.suspend(3, uint40(block.timestamp + 60), "reason");
        (uint32 suspended,, uint256 placeless,,) = registry.claimant(action(3));
        assertEq(suspended, 0, "suspended");
        assertEq(placeless, 0, "and out of turn");
    }

    function test_TheSeedFollowsTheNewestClosedRound() public {
        seat(5);
        beacon.close(bytes27(uint216(0xabcdef)));
        beacon.close(bytes27(uint216(0x123456)));
        bonded(6);
        join(6, 6, BOTH);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        bytes32 padded = bytes32(bytes27(uint216(0x123456)));
        assertEq(
            registry.generationInfo(2).seed,
            keccak256(abi.encodePacked(bytes32("deed.generation.1"), uint256(2), padded)),
            "seed"
        );
    }

    function test_Revert_WhenTheGenerationIsYoungOrTheSetUnchanged() public {
        seat(5);
        uint256 dueAtSec = block.timestamp + 600;
        vm.warp(dueAtSec - 1);
        vm.expectRevert(abi.encodeWithSelector(GenerationNotDue.selector, dueAtSec));
        registry.openGeneration();
        vm.warp(dueAtSec);
        vm.expectRevert(abi.encodeWithSelector(SetUnchanged.selector));
        registry.openGeneration();
    }

    function test_RolesAreSeparate() public {
        for (uint32 i = 1; i <= 6; ++i) {
            bonded(i);
            join(i, i, i <= 2 ? 1 : 2);
        }
        // A second node of the other role makes operator 2 both.
        join(2, 7, 2);
        registry.openGeneration();
        assertNumbers(registry.executorsOf(1), 1, 2);
        assertNumbers(registry.verifiersOf(1), 2, 6);
    }

    function test_WithoutABondOrANodeThereIsNoSeat() public {
        seat(5);
        admitted(6);
        join(6, 6, BOTH);
        bonded(7);
        vm.warp(block.timestamp + 600);
        vm.expectRevert(abi.encodeWithSelector(SetUnchanged.selector));
        registry.openGeneration();
    }

    function test_ANodeSwitchedOffCostsTheSeatOnlyIfItWasTheLast() public {
        seat(5);
        join(3, 33, BOTH);
        switchOff(3, 3);
        vm.warp(block.timestamp + 600);
        vm.expectRevert(abi.encodeWithSelector(SetUnchanged.selector));
        registry.openGeneration();
        switchOff(3, 6);
        registry.openGeneration();
        assertEq(executorPosition(2, 3), 0, "no node, no seat");
    }

    function test_ASlashBelowTheMinimumCostsTheNextSeat() public {
        seat(5);
        vm.prank(disputes);
        registry.slash(2, 0, 1, 9001);
        assertEq(executorPosition(1, 2), 2, "still in this one");
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(executorPosition(2, 2), 0, "not in the next");
        assertEq(executorPosition(2, 3), 2, "the others move up");
    }

    function test_ASuspendedOperatorHasNoSeatInTheNext() public {
        seat(5);
        vm.prank(council);
        registry.suspend(2, uint40(block.timestamp + 1000), 0);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(2, 2), 0, "suspended");
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(3, 2), 2, "back");
    }

    function test_SittingOutLastsOneGeneration() public {
        seat(5);
        vm.prank(address(beacon));
        vm.expectEmit();
        emit SatOut(4, 2);
        registry.sitOut(4);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(2, 4), 0, "sits out");
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(3, 4), 4, "back");
    }

    function test_ASilenceThatIsFoundWhileItSitsOutKeepsNobodyOutForEver() public {
        seat(5);
        vm.prank(executions);
        registry.sitOut(4);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        // A draw of the generation before, whose window ended only now.
        vm.prank(executions);
        registry.sitOut(4);
        assertEq(registry.operator(4).sitsOutGeneration, 2, "this one, not the next");
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(3, 4), 4, "back");
    }

    function test_WhoIsAwayHasNoSeatUntilItIsBack() public {
        seat(5);
        beacon.setAway(4, true);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(2, 4), 0, "away");
        beacon.setAway(4, false);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(registry.verifierPosition(3, 4), 4, "back");
    }

    function test_AnOutageMakesNobodySitOut() public {
        seat(5);
        vm.startPrank(executions);
        registry.sitOut(4);
        registry.sitOut(5);
        vm.stopPrank();
        vm.warp(block.timestamp + 600);
        // Three verifiers would be left.
        vm.expectRevert(abi.encodeWithSelector(SetUnchanged.selector));
        registry.openGeneration();
        bonded(6);
        join(6, 6, BOTH);
        registry.openGeneration();
        assertNumbers(registry.verifiersOf(2), 1, 3);
        assertEq(registry.verifiersOf(2).length, 4, "four are enough to sit out");
        assertEq(registry.verifierPosition(2, 6), 4, "the new one");
    }

    function test_WithTooFewVerifiersNobodyMayClaim() public {
        for (uint32 i = 1; i <= 3; ++i) {
            bonded(i);
            join(i, i, BOTH);
        }
        registry.openGeneration();
        assertEq(registry.executorsOf(1).length, 0, "no executors");
        assertEq(registry.verifiersOf(1).length, 3, "verifiers");
        bonded(4);
        join(4, 4, BOTH);
        // It need not wait: that generation could do nothing.
        registry.openGeneration();
        assertNumbers(registry.executorsOf(2), 1, 4);
    }

    function test_AnExitCountsFromTheEndOfTheLastSeat() public {
        seat(6);
        vm.prank(cold(2));
        registry.requestExit(2);
        assertEq(registry.operator(2).exitAtSec, 0, "seated");
        (uint32 nodeNo,,) = registry.actor(action(2));
        assertEq(nodeNo, 2, "still on duty");
        vm.warp(block.timestamp + 100_000);
        vm.prank(cold(2));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, type(uint40).max));
        registry.withdrawBond(2);
        registry.openGeneration();
        assertEq(executorPosition(2, 2), 0, "gone");
        uint256 freeAtSec = block.timestamp + 18_000;
        assertEq(registry.operator(2).exitAtSec, freeAtSec, "unbonding");
        vm.prank(disputes);
        registry.slash(2, 0, 1, 1000);
        vm.warp(freeAtSec);
        vm.prank(cold(2));
        registry.withdrawBond(2);
        assertEq(payout(2).balance, 9 ether, "slashable until then");
        (nodeNo,,) = registry.actor(action(2));
        assertEq(nodeNo, 0, "its key acts no more");
    }

    function test_TheLastOperatorsCanLeave() public {
        seat(4);
        for (uint32 i = 1; i <= 4; ++i) {
            vm.prank(cold(i));
            registry.requestExit(i);
        }
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        vm.warp(block.timestamp + 18_000);
        for (uint32 i = 1; i <= 4; ++i) {
            vm.prank(cold(i));
            registry.withdrawBond(i);
        }
        assertEq(address(registry).balance, 0, "empty");
    }

    function testFuzz_PositionsAgreeWithTheLists(uint8 size, uint256 gaps) public {
        uint32 count = uint32(bound(size, 4, 24));
        for (uint32 i = 1; i <= count; ++i) {
            bool member = (gaps >> i) & 1 == 0;
            if (!member) admitted(i);
            else bonded(i);
            join(i, i, BOTH);
        }
        registry.openGeneration();
        uint32[] memory list = registry.verifiersOf(1);
        uint256 next;
        for (uint32 i = 1; i <= count + 1; ++i) {
            bool listed = next < list.length && list[next] == i;
            assertEq(registry.verifierPosition(1, i), listed ? ++next : 0, "position");
            assertTrue(listed == (i <= count && (gaps >> i) & 1 == 0), "member");
        }
    }

    function test_AFullGenerationOpensWithinABlock() public {
        for (uint32 i = 1; i <= 128; ++i) {
            bonded(i);
            join(i, i, BOTH);
        }
        uint256 before = gasleft();
        registry.openGeneration();
        assertWithin(before - gasleft(), 0, 5_000_000, "gas");
        assertEq(executorPosition(1, 128), 128, "last");
    }

    function switchOff(uint32 operatorNo, uint32 nodeNo) private {
        Node memory found = registry.node(nodeNo);
        vm.prank(cold(operatorNo));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, false, "");
    }

    /// @dev The list begins with `first` to `last`.
    function assertNumbers(uint32[] memory list, uint32 first, uint32 last) private pure {
        assertTrue(list.length >= last - first + 1, "length");
        for (uint32 i = first; i <= last; ++i) {
            assertEq(list[i - first], i, "member");
        }
    }

    /// @dev From 1; 0 when the operator is not an executor of that generation.
    function executorPosition(uint32 generation, uint32 operatorNo) private view returns (uint256) {
        uint32[] memory all = registry.executorsOf(generation);
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == operatorNo) return i + 1;
        }
        return 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutionsErrors } from "../src/interfaces/IExecutions.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Rank } from "../src/libraries/Rank.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Attempts 2 and 3 (spec 04).
contract ReclaimsTest is LedgerFixture {
    uint32 private interval;
    uint64 private first;

    function setUp() public {
        setUpLedger(7);
        interval = register(INTERVAL);
        mine(3);
        waitForAll();
        (first,) = claimAs(1, INTERVAL, ticks(interval, 1, 3));
    }

    function test_Revert_WhenNothingIsGivenOrTooMuch() public {
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadItems.selector, 0));
        this.reclaimExternally(2, new Reclaim[](0));
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.TooManyItems.selector, 257, 256));
        this.reclaimExternally(2, new Reclaim[](257));
    }

    function test_AnExecutionIsClaimedAgainOnlyWhenItsLeaseIsOver() public {
        vm.warp(ledger.batch(first).deadlineSec);
        refused(again(first, 0, 1));
        leaseOver(first);
        (uint64 second, uint256 accepted) = reclaimAs(2, again(first, 0, 1));
        assertEq(accepted, 1, "accepted");
        Item memory item = itemOf(interval, 1);
        (uint64 where, uint16 index, uint8 attempt) = ledger.claimOf(item.executionId);
        assertEq(where, second, "newest batch");
        assertEq(index, 0, "index");
        assertEq(attempt, 2, "attempt");
        item.attempt = 2;
        (bool live, uint32 nodeNo) = ledger.holds(second, 0, item, new bytes32[](0));
        assertTrue(live, "held by the new one");
        assertEq(nodeNo, 2, "node");
        (live,) = ledger.holds(first, 0, itemOf(interval, 1), pathOf(0));
        assertFalse(live, "no longer by the old one");
        assertEq(intents.state(interval).remaining, 99_997, "limits are not taken again");
    }

    function test_TheRanksCountFromTheEndOfTheLease() public {
        Item memory item = itemOf(interval, 2);
        bytes32 seed = registry.generationInfo(1).seed;
        uint32 last;
        for (uint32 i; i < 7; ++i) {
            if (Rank.rankOf(seed, item.executionId, i, 7) == 6) last = i + 1;
        }
        uint256 dueSec = uint256(ledger.batch(first).deadlineSec) + 12;
        vm.warp(dueSec - 1);
        Reclaim[] memory early = again(first, 1, 1);
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.reclaimExternally(last, early);
        vm.warp(dueSec);
        (, uint256 accepted) = reclaimAs(last, again(first, 1, 1));
        assertEq(accepted, 1, "its turn");
    }

    function test_ThereAreThreeAttemptsAtMost() public {
        leaseOver(first);
        (uint64 second,) = reclaimAs(2, again(first, 0, 1));
        leaseOver(second);
        refused(again(first, 0, 1));
        (uint64 third,) = reclaimAs(3, single(second, 2));
        leaseOver(third);
        refused(single(third, 3));
    }

    function test_OfTwoThatClaimAgainInOneBlockTheFirstHoldsIt() public {
        leaseOver(first);
        Reclaim[] memory twice = new Reclaim[](2);
        (twice[0], twice[1]) = (again(first, 0, 1)[0], again(first, 0, 1)[0]);
        (, uint256 accepted) = reclaimAs(2, twice);
        assertEq(accepted, 1, "once in a batch");
        refused(again(first, 0, 1));
    }

    function test_AWrongPathOrItemIsSkipped() public {
        leaseOver(first);
        Reclaim[] memory items = again(first, 0, 1);
        items[0].path = pathOf(1);
        refused(items);
        items = again(first, 0, 1);
        items[0].index = 1;
        refused(items);
        items = again(first, 0, 1);
        items[0].item.t0Sec += 1;
        refused(items);
        items = again(first, 0, 1);
        items[0].item.attempt = 2;
        refused(items);
        items = again(first, 0, 1);
        items[0].batchNo = 99;
        refused(items);
    }

    function test_WhatWasRecordedIsNotClaimedAgainAndWhatWasLeftOutIs() public {
        bytes32 itemsRoot = ledger.rootWord(first);
        bytes32 recordRoot = this.recordRootOf(3, 5, recordsOf(5));
        recordAs(1, first, 5);
        Reclaim[] memory items = new Reclaim[](2);
        for (uint16 i; i < 2; ++i) {
            items[i] = again(first, i, 1)[0];
            (items[i].itemsRoot, items[i].recordRoot) = (itemsRoot, recordRoot);
        }
        refused(items);
        leaseOver(first);
        (, uint256 accepted) = reclaimAs(2, items);
        assertEq(accepted, 2, "the second alone");
    }

    function test_TheRootsOfARecordedBatchCannotBeMadeUp() public {
        recordAs(1, first, 5);
        leaseOver(first);
        Reclaim[] memory items = again(first, 1, 1);
        items[0].itemsRoot = Merkle.root(leavesOf());
        items[0].recordRoot = "made up";
        refused(items);
    }

    function test_ARevokedIntentOrAnotherLeaseClassIsNotClaimedAgain() public {
        leaseOver(first);
        Reclaim[] memory items = again(first, 0, 1);
        vm.prank(action(2));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        ledger.reclaim(LEASE_CLASS + 1, items);
        (address owner,) = ownerKey();
        bytes32 intentHash = intents.intentHashOf(interval);
        vm.prank(owner);
        intents.revoke(intentHash);
        refused(again(first, 0, 1));
    }

    function test_TheWindowOfALaterAttemptCountsFromTheLeaseBefore() public {
        uint256 lastSec = uint256(ledger.batch(first).deadlineSec) + 600;
        vm.warp(lastSec + 1);
        refused(again(first, 0, 1));
        vm.warp(lastSec);
        reclaimAs(2, again(first, 0, 1));
    }

    function test_AnExpiredBatchIsClaimedAgain() public {
        leaseOver(first);
        court.claimWithoutRecord(first);
        (, uint256 accepted) = reclaimAs(2, again(first, 2, 1));
        assertEq(accepted, 1, "accepted");
    }

    function leaseOver(uint64 batchNo) private {
        vm.roll(block.number + 1);
        vm.warp(uint256(ledger.batch(batchNo).deadlineSec) + 15);
    }

    function leavesOf() private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](3);
        for (uint64 i; i < 3; ++i) {
            leaves[i] = leafOf(itemOf(interval, i + 1));
        }
    }

    function leafOf(Item memory item) private pure returns (bytes32) {
        return Leaves.item(item.executionId, item.intentNo, item.attempt, item.ordinal, item.t0Sec);
    }

    function pathOf(uint16 index) private view returns (bytes32[] memory path) {
        bytes32[] memory leaves = leavesOf();
        path = new bytes32[](index == 2 ? 1 : 2);
        if (index == 2) {
            path[0] = Merkle.node(leaves[0], leaves[1]);
        } else {
            (path[0], path[1]) = (leaves[1 - index], leaves[2]);
        }
    }

    /// @dev An item of the first batch of three.
    function again(uint64 batchNo, uint16 index, uint8 attempt)
        private
        view
        returns (Reclaim[] memory items)
    {
        items = new Reclaim[](1);
        items[0].batchNo = batchNo;
        items[0].index = index;
        items[0].item = itemOf(interval, index + 1);
        items[0].item.attempt = attempt;
        items[0].path = pathOf(index);
    }

    /// @dev The first tick as the only item of a later batch.
    function single(uint64 batchNo, uint8 attempt) private view returns (Reclaim[] memory items) {
        items = again(batchNo, 0, attempt);
        items[0].path = new bytes32[](0);
    }

    function reclaimAs(uint32 nodeNo, Reclaim[] memory items)
        private
        returns (uint64 batchNo, uint256 accepted)
    {
        vm.prank(action(nodeNo));
        return ledger.reclaim(LEASE_CLASS, items);
    }

    function reclaimExternally(uint32 nodeNo, Reclaim[] calldata items) external {
        vm.prank(action(nodeNo));
        ledger.reclaim(LEASE_CLASS, items);
    }

    function refused(Reclaim[] memory items) private {
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.reclaimExternally(2, items);
    }
}

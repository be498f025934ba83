// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutionsErrors, IExecutionsEvents } from "../src/interfaces/IExecutions.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Rank } from "../src/libraries/Rank.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice A wallet that says what the test wants, or burns what it is given.
contract Wallet {
    enum Mood {
        Agrees,
        Refuses,
        Burns,
        Reverts
    }

    Mood private _mood;

    function become(Mood mood) external {
        _mood = mood;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        Mood mood = _mood;
        require(mood != Mood.Reverts, "no");
        while (mood == Mood.Burns) { }
        return mood == Mood.Agrees ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice First claims (spec 04).
contract ClaimsTest is LedgerFixture, IExecutionsEvents {
    uint32 private interval;

    function setUp() public {
        setUpLedger(7);
        interval = register(INTERVAL);
    }

    function test_Revert_WhenTheSenderIsNoNode() public {
        bytes memory items = tick(interval, 1);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.NotANode.selector, address(this)));
        ledger.claim(INTERVAL, LEASE_CLASS, items);
    }

    function test_Revert_WhenTheOperatorIsSuspendedOrNotInTheGeneration() public {
        bonded(8);
        uint32 nodeNo = join(8, 8, BOTH);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.NotAnExecutor.selector, nodeNo, 1));
        this.claimExternally(nodeNo, INTERVAL, LEASE_CLASS, tick(interval, 1));

        vm.prank(council);
        registry.suspend(3, uint40(block.timestamp + 100), "reason");
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.NotANode.selector, action(3)));
        this.claimExternally(3, INTERVAL, LEASE_CLASS, tick(interval, 1));
    }

    function test_Revert_WhenTheItemsAreNoWholeEntries() public {
        bytes4 error_ = IExecutionsErrors.BadItems.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, 13));
        this.claimExternally(1, INTERVAL, LEASE_CLASS, new bytes(13));
        vm.expectRevert(abi.encodeWithSelector(error_, 0));
        this.claimExternally(1, INTERVAL, LEASE_CLASS, "");
        vm.expectRevert(abi.encodeWithSelector(error_, 12));
        this.claimExternally(1, 7, LEASE_CLASS, new bytes(12));
    }

    function test_Revert_WhenThereAreMoreThan256Items() public {
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.TooManyItems.selector, 257, 256));
        this.claimExternally(1, INTERVAL, LEASE_CLASS, new bytes(257 * 12));
    }

    function test_Revert_WhenNothingIsClaimed() public {
        bytes memory future = tick(interval, 1_000_000);
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, LEASE_CLASS, future);
        waitForAll();
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, 16, tick(interval, 1));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, LEASE_CLASS + 1, tick(interval, 1));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, LEASE_CLASS, tick(interval, 0));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, LEASE_CLASS, tick(interval, type(uint64).max));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, LEASE_CLASS, tick(999, 1));
        assertEq(ledger.batchCount(), 0, "no batch is left behind");
        assertFalse(ledger.isTaken(interval, 1), "nor a mark");
    }

    function test_OfTwoNodesInOneBlockTheFirstHoldsTheExecution() public {
        waitForAll();
        (uint64 first,) = claimAs(1, INTERVAL, tick(interval, 1));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(2, INTERVAL, LEASE_CLASS, tick(interval, 1));
        assertEq(ledger.batch(first).nodeNo, 1, "the first one's");
    }

    function testFuzz_ARankClaimsWhenItsTimeHasComeAndNotASecondEarlier(uint8 node, uint16 ordinal)
        public
    {
        uint32 nodeNo = uint32(bound(node, 1, 7));
        uint64 number = uint64(bound(ordinal, 1, 1000));
        Item memory item = itemOf(interval, number);
        uint256 rank = Rank.rankOf(registry.generationInfo(1).seed, item.executionId, nodeNo - 1, 7);
        uint256 dueSec = item.t0Sec + 2 * rank;
        vm.warp(dueSec - 1);
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(nodeNo, INTERVAL, LEASE_CLASS, tick(interval, number));
        vm.warp(dueSec);
        (, uint256 accepted) = claimAs(nodeNo, INTERVAL, tick(interval, number));
        assertEq(accepted, 1, "accepted");
    }

    function testFuzz_RanksOfAnExecutionAreAPermutation(bytes32 seed, bytes32 id, uint8 size)
        public
        pure
    {
        uint256 executors = bound(size, 1, 128);
        uint256 seen;
        for (uint256 i; i < executors; ++i) {
            seen |= 1 << Rank.rankOf(seed, id, i, executors);
        }
        assertEq(seen, all(executors), "each rank once");
    }

    function test_NobodyClaimsAfterTheWindow() public {
        uint32 intentNo = register(EVENT);
        uint40 t0Sec = uint40(block.timestamp);
        vm.warp(uint256(t0Sec) + 601);
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, EVENT, LEASE_CLASS, happening(intentNo, "a", t0Sec));
        vm.warp(uint256(t0Sec) + 600);
        claimAs(1, EVENT, happening(intentNo, "a", t0Sec));
    }

    function test_ARevokedIntentIsNotClaimed() public {
        waitForAll();
        bytes32 intentHash = intents.intentHashOf(interval);
        (address owner,) = ownerKey();
        vm.prank(owner);
        intents.revoke(intentHash);
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, INTERVAL, LEASE_CLASS, tick(interval, 1));
    }

    function test_ASparseExecutionIsClaimedOnce() public {
        uint32 intentNo = register(EVENT);
        waitForAll();
        uint40 t0Sec = uint40(block.timestamp - 15);
        bytes memory one = happening(intentNo, "a", t0Sec);
        (uint64 batchNo, uint256 accepted) =
            claimAs(1, EVENT, bytes.concat(one, happening(intentNo, "b", t0Sec), one));
        assertEq(accepted, 3, "the repetition is skipped");
        bytes32 id = ledger.executionIdOf(intents.intentHashOf(intentNo), "b");
        (uint64 where, uint16 index, uint8 attempt) = ledger.claimOf(id);
        assertEq(where, batchNo, "batch");
        assertEq(index, 1, "index");
        assertEq(attempt, 1, "attempt");
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(2, EVENT, LEASE_CLASS, one);
        // Another time does not make it another execution.
        bytes memory later = happening(intentNo, "a", t0Sec + 1);
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(2, EVENT, LEASE_CLASS, later);
    }

    function test_AnEventThatLiesInTheFutureIsSkipped() public {
        uint32 intentNo = register(EVENT);
        bytes memory items = happening(intentNo, "a", uint40(block.timestamp + 1));
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, EVENT, LEASE_CLASS, items);
    }

    function test_TheLimitsCutTheTailAndReleaseItsMarks() public {
        uint32 intentNo = register(INTERVAL, 3, 0);
        mine(10);
        waitForAll();
        // The second is a repetition: it must not consume what the last may have.
        bytes memory items = bytes.concat(tick(intentNo, 1), tick(intentNo, 1));
        items = bytes.concat(items, ticks(intentNo, 2, 4));
        (, uint256 accepted) = claimAs(1, INTERVAL, items);
        assertEq(accepted, 13, "1, 2 and 3");
        assertTrue(ledger.isTaken(intentNo, 3), "taken");
        assertFalse(ledger.isTaken(intentNo, 4), "released");
        assertEq(intents.state(intentNo).remaining, 0, "used up");
    }

    function test_TheHourlyLimitOpensAgainInTheNextHour() public {
        uint32 intentNo = register(EVENT, 100, 2);
        waitForAll();
        (, uint256 accepted) =
            claimAs(1, EVENT, events(intentNo, 1, 5, uint40(block.timestamp - 15)));
        assertEq(accepted, 3, "two");
        bytes32 id = ledger.executionIdOf(
            intents.intentHashOf(intentNo), keccak256(abi.encode(uint256(1), uint256(2)))
        );
        (uint64 batchNo,,) = ledger.claimOf(id);
        assertEq(batchNo, 0, "the third's slot is released");
        vm.warp((block.timestamp / 1 hours + 1) * 1 hours + 15);
        (, accepted) = claimAs(1, EVENT, events(intentNo, 2, 5, uint40(block.timestamp - 15)));
        assertEq(accepted, 3, "two again");
    }

    function test_ABatchOf256IsOneTreeOfItsAcceptedItems() public {
        mine(256);
        waitForAll();
        (uint64 batchNo, uint256 accepted) = claimAs(1, INTERVAL, ticks(interval, 1, 256));
        assertEq(accepted, type(uint256).max, "all");
        bytes32[] memory leaves = new bytes32[](256);
        for (uint64 i; i < 256; ++i) {
            leaves[i] = leafOf(itemOf(interval, i + 1));
        }
        assertEq(ledger.rootWord(batchNo), Merkle.root(leaves), "items root");
        assertEq(ledger.batch(batchNo).count, 256, "count");
    }

    function test_TheHolderIsWhoProvesItsItemWhileTheLeaseLives() public {
        waitForAll();
        (uint64 batchNo,) = claimAs(4, INTERVAL, tick(interval, 1));
        Item memory item = itemOf(interval, 1);
        (bool live, uint32 nodeNo) = ledger.holds(batchNo, 0, item, new bytes32[](0));
        assertTrue(live, "live");
        assertEq(nodeNo, 4, "node");
        (live,) = ledger.holds(batchNo, 1, item, new bytes32[](0));
        assertFalse(live, "another index");
        item.ordinal = 2;
        (live,) = ledger.holds(batchNo, 0, item, new bytes32[](0));
        assertFalse(live, "another item");
        vm.warp(uint256(ledger.batch(batchNo).deadlineSec) + 1);
        (live,) = ledger.holds(batchNo, 0, itemOf(interval, 1), new bytes32[](0));
        assertFalse(live, "over");
    }

    function test_AManualFireIsClaimedWithTheOwnersSignature() public {
        uint32 intentNo = register(MANUAL);
        (, uint256 privateKey) = ownerKey();
        uint40 firedAtSec = uint40(block.timestamp);
        bytes memory items = fire(privateKey, intentNo, 7, firedAtSec, firedAtSec + 100);
        waitForAll();
        (, uint256 accepted) = claimAs(1, MANUAL, items);
        assertEq(accepted, 1, "accepted");
        assertTrue(ledger.isTaken(intentNo, 7), "taken");
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(2, MANUAL, LEASE_CLASS, items);
    }

    function test_AManualFireIsSkippedWhenItsSignatureIsNotTheOwnersOrItsTimeIsOver() public {
        uint32 intentNo = register(MANUAL);
        (, uint256 privateKey) = ownerKey();
        (, uint256 thief) = account("thief");
        uint40 firedAtSec = uint40(block.timestamp);
        waitForAll();
        refused(MANUAL, fire(thief, intentNo, 1, firedAtSec, firedAtSec + 100));
        refused(MANUAL, fire(privateKey, intentNo, 1, firedAtSec, uint40(block.timestamp - 1)));
        refused(MANUAL, fire(privateKey, intentNo, 1, firedAtSec, firedAtSec - 1));
        bytes memory changed = fire(privateKey, intentNo, 1, firedAtSec, firedAtSec + 100);
        changed[20] ^= 0x01;
        refused(MANUAL, changed);
        // Signed for one intent, it fires no other.
        bytes memory moved = fire(privateKey, intentNo, 1, firedAtSec, firedAtSec + 100);
        uint32 other = register(MANUAL);
        moved[3] = bytes1(uint8(other));
        refused(MANUAL, moved);
    }

    function test_AContractWalletIsAskedAndCannotHurtTheNeighbours() public {
        Wallet wallet = new Wallet();
        (, uint256 privateKey) = account("thief");
        uint32 intentNo = registerFor(address(wallet), privateKey, MANUAL, 100, 0);
        uint32 plain = register(MANUAL);
        (, uint256 ownersKey) = ownerKey();
        uint40 firedAtSec = uint40(block.timestamp);
        bytes memory fires = bytes.concat(
            fire(privateKey, intentNo, 1, firedAtSec, firedAtSec + 100),
            fire(privateKey, intentNo, 2, firedAtSec, firedAtSec + 100)
        );
        waitForAll();
        for (uint64 i = 1; i < 4; ++i) {
            wallet.become(Wallet.Mood(i));
            bytes memory neighbour = fire(ownersKey, plain, i, firedAtSec, firedAtSec + 100);
            (, uint256 accepted) = claimAs(1, MANUAL, bytes.concat(fires, neighbour));
            assertEq(accepted, 4, "the neighbour alone");
        }
        wallet.become(Wallet.Mood.Agrees);
        (, uint256 agreed) = claimAs(1, MANUAL, fires);
        assertEq(agreed, 3, "both");
    }

    /// @dev A random subset of a batch is poisoned in random ways; exactly the others are accepted.
    function testFuzz_APoisonedItemHurtsNoNeighbour(uint256 poisoned, uint256 seed) public {
        uint32 revoked = register(INTERVAL);
        (address owner,) = ownerKey();
        bytes32 intentHash = intents.intentHashOf(revoked);
        vm.prank(owner);
        intents.revoke(intentHash);
        uint32 sparse = register(EVENT);
        uint32 exhausted = register(INTERVAL, 1, 0);
        mine(40);
        waitForAll();
        claimAs(2, INTERVAL, bytes.concat(tick(interval, 32), tick(exhausted, 1)));

        poisoned &= all(24);
        bytes memory items;
        for (uint64 i; i < 24; ++i) {
            bytes memory entry = tick(interval, i + 1);
            if ((poisoned >> i) & 1 == 1) {
                uint256 way = uint256(keccak256(abi.encode(seed, i))) % 8;
                if (way == 0) entry = tick(revoked, i + 1);
                if (way == 1) entry = tick(sparse, i + 1);
                if (way == 2) entry = tick(exhausted, 2);
                if (way == 3) entry = tick(interval, 32);
                if (way == 4) entry = tick(type(uint32).max, i + 1);
                if (way == 5) entry = tick(interval, type(uint64).max - i);
                if (way == 6) entry = tick(interval, 0);
                if (way == 7) entry = tick(0, i + 1);
            }
            items = bytes.concat(items, entry);
        }
        if (poisoned == all(24)) return refused(INTERVAL, items);
        (uint64 batchNo, uint256 accepted) = claimAs(1, INTERVAL, items);
        assertEq(accepted, all(24) & ~poisoned, "exactly the sound ones");
        checkTree(batchNo, accepted);
    }

    function test_TheClaimIsOneLogWithTheItemsAsGiven() public {
        mine(3);
        waitForAll();
        bytes memory items =
            bytes.concat(tick(interval, 2), tick(interval, 1_000_000), tick(interval, 1));
        uint40 deadlineSec = uint40(block.timestamp + 20);
        vm.expectEmit(address(ledger));
        emit Claimed(1, 5, 1, deadlineSec, INTERVAL, LEASE_CLASS, 5, items);
        claimAs(5, INTERVAL, items);
    }

    function claimExternally(uint32 nodeNo, uint8 kind, uint8 leaseClass, bytes calldata items)
        external
    {
        vm.prank(action(nodeNo));
        ledger.claim(kind, leaseClass, items);
    }

    function refused(uint8 kind, bytes memory items) private {
        vm.expectRevert(IExecutionsErrors.NothingClaimed.selector);
        this.claimExternally(1, kind, LEASE_CLASS, items);
    }

    function checkTree(uint64 batchNo, uint256 accepted) private view {
        bytes32[] memory leaves = new bytes32[](24);
        uint256 count;
        for (uint64 i; i < 24; ++i) {
            if ((accepted >> i) & 1 == 1) leaves[count++] = leafOf(itemOf(interval, i + 1));
        }
        assertEq(ledger.rootWord(batchNo), Merkle.root(leaves, count), "renumbered from 0");
        assertEq(ledger.batch(batchNo).count, count, "count");
    }

    function leafOf(Item memory item) private pure returns (bytes32) {
        return Leaves.item(item.executionId, item.intentNo, item.attempt, item.ordinal, item.t0Sec);
    }
}

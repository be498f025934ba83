// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeaconErrors, IBeaconEvents } from "../src/interfaces/IBeacon.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice The beacon's rounds (spec 05), with `address(ledger)` asking for rounds.
contract RoundsTest is LedgerFixture, IBeaconEvents {
    function setUp() public {
        setUpLedger(7);
    }

    function assign() private returns (uint40) {
        vm.prank(address(ledger));
        return rounds.assign();
    }

    function confirm(uint16 confirmations) private {
        Parameters memory rules = devnetParameters();
        rules.confirmations = confirmations;
        rules.unbondingSec = 1 days;
        vm.prank(council);
        registry.setParameters(rules);
    }

    function test_Revert_WhenSomebodyElseAssigns() public {
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotExecutions.selector, address(this)));
        rounds.assign();
    }

    function test_RecordsOfOneBlockShareARoundAndALaterOneWaitsForTheNext() public {
        assertEq(assign(), 1, "first");
        assertEq(assign(), 1, "same block");
        mine(1);
        assertEq(assign(), 2, "later block");
        mine(1);
        assertEq(assign(), 2, "still the next");
        (uint40 round, uint40 openBlock,, bool waiting) = rounds.currentRound();
        assertEq(round, 1, "current");
        assertEq(openBlock, block.number - 2, "opened with the first record");
        assertTrue(waiting, "waiting");
    }

    function test_TheNextRoundOpensWhenTheLastClosesOrItsRecordsAreFinal() public {
        assign();
        mine(1);
        assign();
        mine(1);
        vm.expectEmit(address(rounds));
        emit RoundAssigned(2, uint40(block.number));
        revealAllBut(0);
        confirm(10);
        mine(1);
        // Round 2 opened at the close of 1, so a record that is final in ten blocks gets round 3.
        assertEq(assign(), 3, "third");
        uint40 finalAt = uint40(block.number + 10);
        revealAllBut(0);
        (uint40 round, uint40 openBlock,,) = rounds.currentRound();
        assertEq(round, 3, "current");
        assertEq(openBlock, finalAt, "not before it is final");
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.RoundNotOpen.selector, 3));
        this.revealExternally();
    }

    function test_Revert_WhenNobodyWaitsOrTheRoundIsAnother() public {
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.RoundNotOpen.selector, 1));
        this.revealExternally();
        assign();
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.RoundNotOpen.selector, 1));
        this.revealExternally();
        bytes memory error_ = abi.encodeWithSelector(IBeaconErrors.WrongRound.selector, 2, 1);
        vm.expectRevert(error_);
        rounds.reveal(2, new uint32[](0), new bytes32[](0));
        vm.expectRevert(error_);
        rounds.closeRound(2);
    }

    function test_AllPreimagesCloseTheRoundAtOnceWhateverTheirOrder() public {
        assign();
        mine(1);
        uint256 snapshot = vm.snapshotState();
        revealAllBut(0);
        (bytes27 together, uint40 closedAtSec) = rounds.seedOf(1);
        assertEq(closedAtSec, block.timestamp, "closed");
        vm.revertToState(snapshot);
        for (uint32 i = 7; i > 0; --i) {
            (bytes27 none,) = rounds.seedOf(1);
            assertEq(bytes32(none), 0, "no seed yet");
            revealOf(1, i);
        }
        (bytes27 apart,) = rounds.seedOf(1);
        assertEq(bytes32(apart), bytes32(together), "one seed");
    }

    function test_TheSeedIsWhatTheSpecificationSays() public {
        assign();
        mine(1);
        uint256 mix;
        for (uint32 i = 1; i <= 7; ++i) {
            unchecked {
                mix += uint256(keccak256(abi.encodePacked(uint256(i), preimageOf(i))));
            }
        }
        revealAllBut(0);
        bytes32 expected = keccak256(
            abi.encodePacked(bytes32("deed.round.1"), uint256(1), bytes32(0), bytes32(mix))
        );
        (bytes27 seed,) = rounds.seedOf(1);
        assertEq(bytes32(seed), bytes32(bytes27(expected)), "seed");
    }

    function test_Revert_WhenAPreimageIsWrongOrFromAStranger() public {
        assign();
        mine(1);
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.BadPreimage.selector, 3));
        this.revealOne(1, 3, "wrong");
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotAMember.selector, 8));
        this.revealOne(1, 8, "wrong");
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.LengthsDiffer.selector, 1, 0));
        rounds.reveal(1, new uint32[](1), new bytes32[](0));
    }

    function test_APreimageThatIsThereAlreadyIsPassedOver() public {
        assign();
        mine(1);
        bytes32 preimage = preimageOf(3);
        revealOf(1, 3);
        assertTrue(rounds.hasRevealed(1, 3), "revealed");
        this.revealOne(1, 3, preimage);
        (, uint32 used,) = rounds.tipOf(3);
        assertEq(used, 1, "once");
        revealAllExternally(3, preimage);
        (, uint40 closedAtSec) = rounds.seedOf(1);
        assertTrue(closedAtSec != 0, "closed with it among the others");
    }

    function test_AfterTheWindowTheRoundClosesWithoutTheMissingAndTheyPay() public {
        assign();
        mine(1);
        revealAllBut(4);
        vm.expectPartialRevert(IBeaconErrors.WindowOpen.selector);
        rounds.closeRound(1);
        vm.warp(block.timestamp + 20);
        uint32[] memory missing = new uint32[](1);
        missing[0] = 4;
        vm.expectEmit(true, false, false, false, address(rounds));
        emit RoundClosed(1, 0, missing);
        rounds.closeRound(1);
        assertEq(registry.operator(4).bondWei, BOND - BOND / 100, "one percent");
        assertEq(registry.operator(4).sitsOutGeneration, 2, "and a seat");
        assertEq(registry.operator(3).bondWei, BOND, "the others do not");
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.WrongRound.selector, 1, 2));
        rounds.closeRound(1);
    }

    function test_WhereBlocksMustPassTheWindowStartsWhenSomebodySeesTheRoundOpen() public {
        confirm(5);
        assign();
        vm.warp(block.timestamp + 1000);
        vm.roll(block.number + 6);
        revealAllBut(4);
        vm.expectPartialRevert(IBeaconErrors.WindowOpen.selector);
        rounds.closeRound(1);
        vm.warp(block.timestamp + 20);
        rounds.closeRound(1);
    }

    function test_ARoundWithoutAnyPreimageWaitsAndTakesANewGenerationsMembers() public {
        confirm(1);
        assign();
        vm.roll(block.number + 2);
        rounds.closeRound(1);
        vm.warp(block.timestamp + 20);
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NobodyRevealed.selector, 1));
        rounds.closeRound(1);
        bonded(8);
        join(8, 8, BOTH);
        commitChain(8);
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        assertEq(rounds.members().length, 7, "the old set");
        rounds.closeRound(1);
        assertEq(rounds.members().length, 8, "the new set");
        revealAllBut(0);
        (, uint40 closedAtSec) = rounds.seedOf(1);
        assertTrue(closedAtSec != 0, "closed");
    }

    function test_NoMemberAtAllGivesNoSeed() public {
        deploy(7, devnetParameters());
        assign();
        mine(1);
        rounds.reveal(1, new uint32[](0), new bytes32[](0));
        (, uint40 closedAtSec) = rounds.seedOf(1);
        assertEq(closedAtSec, 0, "open");
        for (uint32 i = 1; i <= 7; ++i) {
            commitChain(i);
        }
        vm.warp(block.timestamp + 20);
        rounds.closeRound(1);
        revealAllBut(0);
        (, closedAtSec) = rounds.seedOf(1);
        assertTrue(closedAtSec != 0, "closed");
    }

    function test_AChainThatIsReplacedWhileItIsAwaitedStillGivesWhatItOwes() public {
        assign();
        mine(1);
        bytes32 next = hashed("another secret", 9);
        vm.prank(cold(2));
        rounds.commitChain(2, next);
        assertEq(rounds.nextTipOf(2), next, "waits");
        assertEq(rounds.members().length, 7, "the open round counts on the old one");
        revealAllBut(2);
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.BadPreimage.selector, 2));
        this.revealOne(1, 2, hashed("another secret", 8));
        this.revealOne(1, 2, hashed(secret(2), CHAIN - 1));
        (, uint40 closedAtSec) = rounds.seedOf(1);
        assertTrue(closedAtSec != 0, "closed");
        (bytes32 tip, uint32 used,) = rounds.tipOf(2);
        assertEq(tip, next, "then the new one");
        assertEq(used, 0, "of which nothing is out");
        assertEq(rounds.nextTipOf(2), 0, "nothing waits");
        assertEq(registry.operator(2).bondWei, BOND, "and nobody paid");
        assign();
        mine(1);
        this.revealOne(2, 2, hashed("another secret", 8));
        (, used,) = rounds.tipOf(2);
        assertEq(used, 1, "the new one's first");
    }

    function test_AChainWhoseSecretIsLostPaysOnceAndIsFollowedAtTheReturn() public {
        assign();
        mine(1);
        bytes32 next = hashed("another secret", 9);
        vm.prank(cold(2));
        rounds.commitChain(2, next);
        revealAllBut(2);
        vm.warp(block.timestamp + 20);
        rounds.closeRound(1);
        assertEq(registry.operator(2).bondWei, BOND - BOND / 100, "one silence");
        assertTrue(rounds.isAway(2), "like any that is missing");
        vm.prank(action(2));
        rounds.comeBack();
        (bytes32 tip,,) = rounds.tipOf(2);
        assertEq(tip, next, "back with the new chain");
        assertEq(rounds.members().length, 7, "from the next round on");
        commitChain(2);
        (tip,,) = rounds.tipOf(2);
        assertEq(tip, hashed(secret(2), CHAIN), "at once, when nothing is awaited");
        assertEq(registry.operator(2).bondWei, BOND - BOND / 100, "and at no price");
    }

    function test_WhenEverySecretIsLostTheRoundOpensAnewWithTheNewChains() public {
        assign();
        mine(1);
        for (uint32 i = 1; i <= 7; ++i) {
            vm.prank(cold(i));
            rounds.commitChain(i, hashed(keccak256(abi.encode("another secret", i)), 9));
        }
        vm.warp(block.timestamp + 20);
        rounds.closeRound(1);
        for (uint32 i = 1; i <= 7; ++i) {
            this.revealOne(1, i, hashed(keccak256(abi.encode("another secret", i)), 8));
            assertEq(registry.operator(i).bondWei, BOND, "nobody pays");
        }
        (, uint40 closedAtSec) = rounds.seedOf(1);
        assertTrue(closedAtSec != 0, "closed");
    }

    /// @dev Chains are replaced at any moment, also twice and while a round waits: who gives what it owes never pays,
    /// every round closes, and each preimage that counts is the next of the chain in force.
    function testFuzz_ReplacingAChainCostsNothingAndStopsNoRound(uint256 script) public {
        for (uint256 i; i < 24; ++i) {
            uint32 who = uint32(1 + (script >> 8) % 7);
            if (script % 4 == 0) {
                assign();
            } else if (script % 4 == 1) {
                commitChain(who);
            } else {
                (uint40 round,,, bool waiting) = rounds.currentRound();
                mine(1);
                if (waiting) {
                    // One that gave already, or whose new chain counts later, owes nothing.
                    if (script % 4 == 2 && owes(round, who)) {
                        this.revealOne(round, who, preimageOf(who));
                    }
                    if (script % 4 == 3) revealAllBut(0);
                }
            }
            script = uint256(keccak256(abi.encode(script)));
        }
        mine(1);
        (uint40 last,,, bool open) = rounds.currentRound();
        if (open) revealAllBut(0);
        (uint40 round_,,,) = rounds.currentRound();
        assertTrue(!open || round_ > last, "closed");
        for (uint32 i = 1; i <= 7; ++i) {
            assertEq(registry.operator(i).bondWei, BOND, "nobody pays");
        }
    }

    function test_ANewcomerWithoutASeatReplacesItsChainAtOnceWhileARoundWaits() public {
        bonded(8);
        commitChain(8);
        assign();
        mine(1);
        assertEq(rounds.members().length, 7, "it has no seat in the generation");
        vm.prank(cold(8));
        rounds.commitChain(8, "another tip");
        assertEq(rounds.nextTipOf(8), 0, "nothing waits: it owes nothing to the round");
        (bytes32 tip,,) = rounds.tipOf(8);
        assertEq(tip, "another tip", "at once");
        revealAllBut(0);
        (, uint40 closedAtSec) = rounds.seedOf(1);
        assertTrue(closedAtSec != 0, "closed without it");
    }

    function test_Revert_WhenAChainIsNotTheColdKeysOrEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotCold.selector, 1, address(this)));
        rounds.commitChain(1, "tip");
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.BadTip.selector, 1));
        rounds.commitChain(1, 0);
    }

    /// @dev Random records, closings and confirmations: every round opens after each of its records is final,
    /// and nothing of it could be on-chain before.
    function testFuzz_ARoundOpensAfterEachOfItsRecordsIsFinal(uint256 script, uint8 blocks) public {
        uint16 confirmations = uint16(bound(blocks, 0, 12));
        confirm(confirmations);
        uint256[40] memory finalOf;
        for (uint256 i; i < 24; ++i) {
            uint256 choice = (script >> (i * 8)) & 0xff;
            if (choice % 3 == 0) {
                (uint40 round, uint40 openBlock,, bool waiting) = rounds.currentRound();
                if (waiting && block.number > openBlock) {
                    assertTrue(openBlock >= finalOf[round], "opens when all is final");
                    revealAllBut(0);
                }
            } else if (choice % 3 == 1) {
                uint40 round = assign();
                uint256 finalAt = block.number + confirmations;
                if (finalAt > finalOf[round]) finalOf[round] = finalAt;
                (, uint40 closedAtSec) = rounds.seedOf(round);
                assertEq(closedAtSec, 0, "its seed does not exist");
                for (uint32 member = 1; member <= 7; ++member) {
                    assertFalse(rounds.hasRevealed(round, member), "nor any preimage");
                }
            } else {
                vm.roll(block.number + choice / 16 + 1);
                vm.warp(block.timestamp + 1);
            }
        }
    }

    function revealOf(uint40 round, uint32 operatorNo) private {
        this.revealOne(round, operatorNo, preimageOf(operatorNo));
    }

    function owes(uint40 round, uint32 operatorNo) private view returns (bool) {
        if (rounds.hasRevealed(round, operatorNo)) return false;
        uint32[] memory members = rounds.members();
        for (uint256 i; i < members.length; ++i) {
            if (members[i] == operatorNo) return true;
        }
        return false;
    }

    function revealOne(uint40 round, uint32 operatorNo, bytes32 preimage) external {
        uint32[] memory who = new uint32[](1);
        bytes32[] memory what = new bytes32[](1);
        (who[0], what[0]) = (operatorNo, preimage);
        rounds.reveal(round, who, what);
    }

    function revealExternally() external {
        revealAllBut(0);
    }

    function revealAllExternally(uint32 again, bytes32 old) private {
        uint32[] memory who = rounds.members();
        bytes32[] memory what = new bytes32[](who.length);
        for (uint256 i; i < who.length; ++i) {
            what[i] = who[i] == again ? old : preimageOf(who[i]);
        }
        rounds.reveal(1, who, what);
    }
}

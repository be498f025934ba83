// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeaconErrors, IBeaconTypes } from "../src/interfaces/IBeacon.sol";
import { IDisputesErrors } from "../src/interfaces/IDisputes.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice What silence costs, the first time, again, and while it lasts (spec 05 and 07).
contract SilenceTest is LedgerFixture {
    uint32 private constant ABSENT = 4;
    uint256 private constant FIRST = BOND / 100;

    function setUp() public {
        setUpLedger(7);
    }

    function test_AnOutagePaysOnceHoweverManyRoundsItLasts() public {
        roundWithout(ABSENT);
        assertEq(bond(ABSENT), BOND - FIRST, "one percent");
        assertTrue(rounds.isAway(ABSENT), "away");
        for (uint256 i; i < 5; ++i) {
            assign();
            assertEq(rounds.members().length, 6, "not awaited");
            closeRound();
        }
        assertEq(bond(ABSENT), BOND - FIRST, "and no more");
    }

    function test_WhoIsAwayHasNoPreimageToGiveOrKeepBack() public {
        roundWithout(ABSENT);
        assign();
        mine(1);
        bytes32 preimage = preimageOf(ABSENT);
        (uint40 round,,,) = rounds.currentRound();
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotAMember.selector, ABSENT));
        this.revealOne(round, ABSENT, preimage);
    }

    function test_WhoComesBackCountsFromTheNextRoundThatOpens() public {
        roundWithout(ABSENT);
        assign();
        comeBack(ABSENT);
        assertFalse(rounds.isAway(ABSENT), "back");
        assertEq(rounds.members().length, 6, "this round's members are fixed");
        closeRound();
        assign();
        assertEq(rounds.members().length, 7, "the next one's hold it");
        closeRound();
        assertEq(bond(ABSENT), BOND - FIRST, "nothing more");
    }

    function test_ASecondSilenceWithin100DutiesCostsAsMuchAsTheWorstFault() public {
        roundWithout(ABSENT);
        comeBack(ABSENT);
        attend(10);
        roundWithout(ABSENT);
        uint256 left = BOND - FIRST;
        assertEq(bond(ABSENT), left - left / 5, "twenty percent");
    }

    function test_After100DutiesASilenceIsAFirstOneAgain() public {
        roundWithout(ABSENT);
        comeBack(ABSENT);
        // The chains of the tests are short; what counts are rounds that it gave a preimage to.
        attend(30);
        renewChains();
        attend(60);
        renewChains();
        attend(9);
        uint256 snapshot = vm.snapshotState();
        uint256 left = BOND - FIRST;
        roundWithout(ABSENT);
        assertEq(bond(ABSENT), left - left / 5, "the 99th");
        assertTrue(vm.revertToState(snapshot), "again");
        attend(1);
        roundWithout(ABSENT);
        assertEq(bond(ABSENT), left - left / 100, "the hundredth");
    }

    function test_ANewChainForgetsNoSilence() public {
        roundWithout(ABSENT);
        commitChain(ABSENT);
        assertTrue(rounds.isAway(ABSENT), "still away");
        comeBack(ABSENT);
        roundWithout(ABSENT);
        uint256 left = BOND - FIRST;
        assertEq(bond(ABSENT), left - left / 5, "twenty percent");
    }

    function test_ASilentSeatAndAMissingPreimageAreOneOutage() public {
        uint64 batchNo = recorded(1, 1);
        uint32 silent = ledger.committee(batchNo)[0];
        fallBackWithout(batchNo);
        assertEq(bond(silent), BOND - FIRST, "a first silence");
        assertTrue(rounds.isAway(silent), "away");
        roundWithout(silent);
        assertEq(bond(silent), BOND - FIRST, "the same outage");
    }

    function test_ARoundThatIsOpenStillCountsOnWhoWentAwayMeanwhile() public {
        uint64 batchNo = recorded(1, 1);
        uint32 silent = ledger.committee(batchNo)[0];
        assign();
        mine(1);
        fallBackWithout(batchNo);
        assertEq(rounds.members().length, 7, "members are fixed");
        revealAllBut(0);
        // The replacements' round waits by now: its members are those that are there.
        assertEq(rounds.members().length, 4, "three seats were silent");
        assertTrue(rounds.isAway(silent), "away");
    }

    function test_WhoIsAwayHasNoSeatUntilItIsBack() public {
        roundWithout(ABSENT);
        nextGeneration();
        assertEq(registry.verifierPosition(2, ABSENT), 0, "sits out");
        vm.warp(block.timestamp + 600);
        vm.expectPartialRevert(SetUnchanged.selector);
        registry.openGeneration();
        comeBack(ABSENT);
        registry.openGeneration();
        assertTrue(registry.verifierPosition(3, ABSENT) != 0, "back");
    }

    function test_Revert_WhenOneComesBackThatIsNotAwayOrNoNode() public {
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotAway.selector, ABSENT));
        this.comeBackAs(ABSENT);
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotAway.selector, 0));
        rounds.comeBack();
    }

    function test_Revert_WhenSomebodyElseSaysThatOneIsSilent() public {
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotDisputes.selector, address(this)));
        rounds.silent(ABSENT);
    }

    function test_AVoterThatIsDownPaysOnceForAllDisputes() public {
        uint64 batchNo = recorded(1, 3);
        uint32 reporter = ledger.committee(batchNo)[0];
        finaliseFirst(batchNo, 7, 0);
        for (uint16 i; i < 3; ++i) {
            court.open(batchNo, i, reporter, reportOf(7, 1, 2));
        }
        vm.warp(block.timestamp + 30);
        for (uint64 no = 1; no <= 3; ++no) {
            court.resolve(no);
        }
        for (uint32 i = 2; i <= 7; ++i) {
            if (i != reporter) assertEq(bond(i), BOND - FIRST, "one percent, once");
        }
    }

    function test_WhoIsAwayPaysForNoVote() public {
        uint64 batchNo = recorded(1, 1);
        uint32 reporter = ledger.committee(batchNo)[0];
        uint32 away = reporter == 7 ? 6 : 7;
        roundWithout(away);
        finaliseFirst(batchNo, 1, 0);
        court.open(batchNo, 0, reporter, reportOf(1, 1, 2));
        vm.warp(block.timestamp + 30);
        court.resolve(1);
        assertEq(bond(away), BOND - FIRST, "for its silence, not for the vote");
    }

    /// @dev Whoever is silent at random pays at least for each time that it came back and was silent again, so
    /// that no choice among seeds is free; and never more often than that.
    function testFuzz_EverySilenceAfterAReturnPaysAndNoOther(uint256 script) public {
        uint256 expected = BOND;
        bool away;
        uint256 attended = 100;
        for (uint256 i; i < 20; ++i) {
            uint256 choice = (script >> (8 * i)) % 3;
            if (choice == 0) {
                roundWithout(ABSENT);
                if (away) continue;
                expected -= expected * (attended < 100 ? 20 : 1) / 100;
                (away, attended) = (true, 0);
            } else if (choice == 1 && away) {
                comeBack(ABSENT);
                away = false;
            } else if (!away) {
                attend(1);
                ++attended;
            }
            assertEq(bond(ABSENT), expected, "bond");
            assertTrue(rounds.isAway(ABSENT) == away, "standing");
        }
    }

    function comeBackAs(uint32 nodeNo) external {
        comeBack(nodeNo);
    }

    function revealOne(uint40 round, uint32 operatorNo, bytes32 preimage) external {
        uint32[] memory who = new uint32[](1);
        bytes32[] memory what = new bytes32[](1);
        (who[0], what[0]) = (operatorNo, preimage);
        rounds.reveal(round, who, what);
    }

    function bond(uint32 operatorNo) private view returns (uint256) {
        return registry.operator(operatorNo).bondWei;
    }

    function comeBack(uint32 nodeNo) private {
        vm.prank(action(nodeNo));
        rounds.comeBack();
    }

    /// @dev A record waits for the round.
    function assign() private {
        vm.prank(address(ledger));
        rounds.assign();
    }

    function attend(uint256 times) private {
        for (uint256 i; i < times; ++i) {
            assign();
            closeRound();
        }
    }

    function roundWithout(uint32 absent) private {
        assign();
        mine(1);
        (uint40 round,,,) = rounds.currentRound();
        revealAllBut(absent);
        (uint40 now_,,,) = rounds.currentRound();
        if (now_ != round) return;
        vm.warp(block.timestamp + 20);
        rounds.closeRound(round);
    }

    /// @dev All give new chains while no round is open.
    function renewChains() private {
        for (uint32 i = 1; i <= 7; ++i) {
            commitChain(i);
        }
    }

    /// @dev Nobody of the committee commits.
    function fallBackWithout(uint64 batchNo) private {
        vm.warp(block.timestamp + 20);
        ledger.openFallback(batchNo);
        vm.warp(uint256(ledger.fallbackOf(batchNo).deadlineSec) + 1);
        ledger.advanceFallback(batchNo);
    }

    function nextGeneration() private {
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
    }
}

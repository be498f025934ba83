// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EvidenceFixture } from "./EvidenceFixture.sol";

/// @notice Demands for bundles: answered, unanswered, needless (spec 07, "Data challenge").
contract ChallengesTest is EvidenceFixture {
    uint16 private constant WITHHELD = 11;
    uint256 private constant BIT = 1 << POSITION;

    uint32 private asker;

    function setUp() public {
        setUpEvidence();
        post();
        asker = ledger.committee(batchNo)[0];
    }

    function test_WhatNobodyGivesInTimeIsWithheldVoidAndPunished() public {
        challenge(BIT);
        Challenge memory found = court.challengeOf(batchNo);
        assertEq(found.challengerNo, asker, "challenger");
        assertEq(found.answerEndsSec, block.timestamp + 10, "half a verdict window");
        assertEq(found.open, BIT, "open");
        vm.expectPartialRevert(AnswerWindow.selector);
        court.endChallenge(batchNo);
        vm.warp(found.answerEndsSec + 1);
        vm.expectEmit(address(court));
        emit FaultProven(WITHHELD, EXECUTOR, batchNo, POSITION, 0, asker, BOND / 20);
        court.endChallenge(batchNo);
        assertEq(bondOf(EXECUTOR), BOND - BOND / 20, "five percent");
        assertEq(bondOf(asker), BOND, "the challenger was right");
        assertEq(ledger.voided(batchNo), BIT, "void");
        registry.settleSlash(1);
        assertEq(payout(asker).balance, BOND / 100, "the reporter's fifth");
    }

    function test_ABatchWithheldIsOneFaultHoweverManyExecutionsItHolds() public {
        challenge(3);
        end();
        assertEq(ledger.voided(batchNo), 3, "void");
        challenge(4);
        end();
        assertEq(ledger.voided(batchNo), 7, "void");
        assertEq(bondOf(EXECUTOR), BOND - BOND / 20, "five percent, once");
        assertEq(uint8(ledger.batch(batchNo).status), uint8(BatchStatus.Settled), "settled");
    }

    function test_ARightAnswerRestoresAndTheChallengerPays() public {
        challenge(BIT);
        vm.expectEmit(address(court));
        emit DataAnswered(batchNo, POSITION, bundle);
        court.answerData(recordProof(), bundle);
        assertEq(court.challengeOf(batchNo).asked, 0, "over");
        assertEq(bondOf(EXECUTOR), BOND, "the executor does not pay");
        assertEq(bondOf(asker), BOND - BOND / 1000, "a tenth of a percent");
        registry.settleSlash(1);
        assertEq(payout(EXECUTOR).balance, BOND / 5000, "a part of it for who had to answer");
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, POSITION), "final as any other");
        vm.expectRevert(abi.encodeWithSelector(NotChallenged.selector, batchNo, 0));
        court.endChallenge(batchNo);
    }

    function test_WhatWasGivenIsNotDemandedAgain() public {
        challenge(BIT);
        court.answerData(recordProof(), bundle);
        vm.expectRevert(abi.encodeWithSelector(NothingToGive.selector, batchNo, BIT));
        this.challengeAs(asker, BIT);
        uint32 other = ledger.committee(batchNo)[1];
        vm.expectRevert(abi.encodeWithSelector(NothingToGive.selector, batchNo, BIT | 1));
        this.challengeAs(other, BIT | 1);
    }

    function test_WhoeverAsksPaysOnceForABatchHoweverManyParts() public {
        setUpMany(3);
        for (uint16 index; index < 3; ++index) {
            challenge(1 << index);
            court.answerData(proofOf(index), "");
            assertEq(bondOf(asker), BOND - BOND / 1000, "once");
        }
        uint32 other = ledger.committee(batchNo)[1];
        assertEq(bondOf(other), BOND, "the others did not ask");
    }

    function test_EightAreDemandedAtATimeAndAllOnceOneWasWithheld() public {
        setUpMany(12);
        uint256 nine = (1 << 9) - 1;
        vm.expectRevert(abi.encodeWithSelector(TooManyDemanded.selector, batchNo, nine));
        this.challengeAs(asker, nine);
        challenge((1 << 8) - 1);
        end();
        assertEq(ledger.voided(batchNo), (1 << 8) - 1, "void");
        challenge(0xf << 8);
        end();
        assertEq(ledger.voided(batchNo), (1 << 12) - 1, "void");
        assertEq(bondOf(EXECUTOR), BOND - BOND / 20, "five percent, once");
    }

    /// @dev However a seat asks: no bundle is given twice, never more than eight are due, and it pays once at most.
    function testFuzz_WhatAnHonestExecutorMayHaveToGiveIsBounded(uint256 dice) public {
        setUpMany(12);
        uint256 given;
        for (uint256 i; i < 6; ++i) {
            uint256 bits = (dice >> (i * 12)) & 0xfff;
            try this.challengeAs(asker, bits) {
                assertEq(bits & given, 0, "twice");
                for (uint16 index; index < 12; ++index) {
                    if ((bits >> index) & 1 == 1) court.answerData(proofOf(index), "");
                }
                given |= bits;
            } catch {
                bool isRefusable = bits == 0 || bits & given != 0 || countOf(bits) > 8;
                assertTrue(isRefusable, "refused without reason");
            }
        }
        assertEq(bondOf(asker), given == 0 ? BOND : BOND - BOND / 1000, "the asker pays once");
        assertEq(bondOf(EXECUTOR), BOND, "the executor nothing");
        assertEq(ledger.voided(batchNo), 0, "nothing is void");
    }

    function test_APartOfTheAnswersIsNoAnswer() public {
        challenge(BIT | 1);
        court.answerData(recordProof(), bundle);
        end();
        assertEq(ledger.voided(batchNo), 1, "what was given stands");
        assertEq(bondOf(asker), BOND, "the challenger was right");
        assertEq(bondOf(EXECUTOR), BOND - BOND / 20, "five percent");
    }

    function test_WhatTheRecordSaysIsTooLargeNeedsNoAnswer() public {
        setUpAgain(96 * 1024 + 1);
        challenge(BIT);
        court.answerData(recordProof(), "");
        assertEq(bondOf(EXECUTOR), BOND, "not withheld");
        setUpAgain(96 * 1024);
        challenge(BIT);
        RecordProof memory proof = recordProof();
        vm.expectRevert(abi.encodeWithSelector(NotTooLarge.selector, 96 * 1024));
        court.answerData(proof, "");
    }

    function test_WhatAllSeatsFoundRightWasNotWithheld() public {
        challenge(BIT);
        finaliseRight(batchNo);
        end();
        assertTrue(ledger.isFinal(batchNo, POSITION), "final");
        assertEq(bondOf(EXECUTOR), BOND, "nobody pays");
        assertEq(bondOf(asker), BOND, "nobody pays");
    }

    function test_Revert_WhenTheAnswerIsAnotherBundleOrNotTheRecords() public {
        challenge(BIT);
        RecordProof memory proof = recordProof();
        vm.expectPartialRevert(NotTheBundle.selector);
        court.answerData(proof, "another text");
        proof.record[0] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(BadRecordProof.selector, batchNo, POSITION));
        court.answerData(proof, bundle);
        proof = proofOf(0);
        vm.expectRevert(abi.encodeWithSelector(NotChallenged.selector, batchNo, 0));
        court.answerData(proof, bundle);
    }

    /// @dev As after a stop of the chain, whose next block may hold the answer.
    function test_ALateAnswerCountsUntilSomebodyEndsTheChallenge() public {
        challenge(BIT);
        RecordProof memory proof = recordProof();
        vm.warp(court.challengeOf(batchNo).answerEndsSec + 1 hours);
        court.answerData(proof, bundle);
        assertEq(bondOf(EXECUTOR), BOND, "not withheld");
        vm.expectRevert(abi.encodeWithSelector(NotChallenged.selector, batchNo, 0));
        court.endChallenge(batchNo);
    }

    function test_Revert_WhenTheChallengeWasEndedBeforeTheAnswer() public {
        challenge(BIT);
        RecordProof memory proof = recordProof();
        end();
        vm.expectRevert(abi.encodeWithSelector(NotChallenged.selector, batchNo, POSITION));
        court.answerData(proof, bundle);
    }

    function test_Revert_WhenTheChallengerIsNoSeatOrAsksForWhatIsNotThere() public {
        uint32[] memory seats = ledger.committee(batchNo);
        for (uint32 nodeNo = 1; nodeNo <= 7; ++nodeNo) {
            if (nodeNo == seats[0] || nodeNo == seats[1] || nodeNo == seats[2]) continue;
            vm.expectRevert(abi.encodeWithSelector(NotASeat.selector, batchNo, nodeNo));
            this.challengeAs(nodeNo, BIT);
        }
        vm.expectRevert(abi.encodeWithSelector(NotASeat.selector, batchNo, 0));
        court.challengeData(batchNo, BIT);
        vm.expectRevert(abi.encodeWithSelector(NothingToGive.selector, batchNo, 0));
        this.challengeAs(asker, 0);
        vm.expectRevert(abi.encodeWithSelector(NothingToGive.selector, batchNo, 8));
        this.challengeAs(asker, 8);
        challenge(BIT);
        vm.expectPartialRevert(ChallengeOpen.selector);
        this.challengeAs(asker, 1);
    }

    function test_Revert_WhenTheBatchWaitsForNoVerdict() public {
        finaliseRight(batchNo);
        vm.expectPartialRevert(bytes4(keccak256("WrongBatchStatus(uint64)")));
        this.challengeAs(asker, BIT);
    }

    /// @dev Whatever is asked and given, in any order: the open positions are those asked for and not given.
    function testFuzz_WhatIsOpenIsWhatWasAskedAndNotGiven(uint8 asked, uint8 given) public {
        uint256 bits = bound(asked, 1, 7);
        challenge(bits);
        if (given & BIT != 0 && bits & BIT != 0) {
            court.answerData(recordProof(), bundle);
            bits &= ~BIT;
        }
        if (bits != 0) end();
        assertEq(ledger.voided(batchNo), bits, "void is what nobody gave");
        assertEq(bondOf(EXECUTOR), bits == 0 ? BOND : BOND - BOND / 20, "executor");
        assertEq(bondOf(asker), bits == 0 ? BOND - BOND / 1000 : BOND, "challenger");
    }

    function challengeAs(uint32 nodeNo, uint256 bits) external {
        vm.prank(action(nodeNo));
        court.challengeData(batchNo, bits);
    }

    function challenge(uint256 bits) private {
        this.challengeAs(asker, bits);
    }

    function end() private {
        vm.warp(court.challengeOf(batchNo).answerEndsSec + 1);
        court.endChallenge(batchNo);
    }

    /// @dev A batch of so many executions, whose records say that they are too large for an answer.
    function setUpMany(uint64 count) private {
        setUpLedger(7);
        intentNo = registerPlan();
        mine(count);
        waitForAll();
        (batchNo,) = claimAs(EXECUTOR, INTERVAL, ticks(intentNo, 1, count));
        writeHonest();
        postMany(count);
        asker = ledger.committee(batchNo)[0];
    }

    function countOf(uint256 bits) private pure returns (uint256 total) {
        for (; bits != 0; bits &= bits - 1) {
            ++total;
        }
    }

    /// @dev A batch whose record says how long its bundle is.
    function setUpAgain(uint32 bundleBytes) private {
        setUpEvidence();
        post(recordOf(1, 4, 1, uint48(BEGAN_MS), uint48(BEGAN_MS + 60), bundleBytes));
        asker = ledger.committee(batchNo)[0];
    }
}

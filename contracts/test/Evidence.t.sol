// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Faults } from "../src/disputes/Faults.sol";
import { Places } from "../src/disputes/Places.sol";
import { IDisputesTypes } from "../src/interfaces/IDisputes.sol";
import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { EvidenceFixture } from "./EvidenceFixture.sol";

/// @notice Faults of records and transcripts that a contract judges by itself (spec 07).
contract EvidenceTest is EvidenceFixture {
    uint16 private constant PLAN = 6;
    uint16 private constant LATE = 7;
    uint16 private constant HOLDER = 8;
    uint16 private constant BROKEN = 9;
    uint16 private constant VERSION = 10;

    function setUp() public {
        setUpEvidence();
    }

    // Broken leaf chain

    function test_ALeafThatBreaksARuleIsPunishedAndTheRecordVoid() public {
        transcript[2][13] = bytes32(uint256(transcript[2][12]) - 1);
        rechain();
        post();
        vm.expectEmit(address(court));
        emit FaultProven(BROKEN, EXECUTOR, batchNo, POSITION, 2, 0, BOND / 20);
        court.prove(BROKEN, abi.encode(recordProof(), one(2)));
        assertEq(bondOf(EXECUTOR), BOND - BOND / 20, "five percent");
        assertEq(ledger.voided(batchNo), 1 << POSITION, "void");
        assertTrue(court.isJudged(BROKEN, Places.ofRecord(batchNo, POSITION)), "once");
    }

    function test_ARepeatedProofChangesNothing() public {
        transcript[1][3] = bytes32(uint256(7));
        rechain();
        post();
        court.prove(BROKEN, abi.encode(recordProof(), one(1)));
        bytes memory again = abi.encode(recordProof(), one(1));
        vm.expectRevert(
            abi.encodeWithSelector(
                AlreadyJudged.selector, BROKEN, Places.ofRecord(batchNo, POSITION)
            )
        );
        court.prove(BROKEN, again);
        assertEq(bondOf(EXECUTOR), BOND - BOND / 20, "five percent, once");
    }

    function test_WhoSendsTheEvidenceGetsTheReportersShareButNotOfItself() public {
        transcript[1][3] = bytes32(uint256(7));
        rechain();
        post();
        uint256 snapshot = vm.snapshotState();
        bytes memory evidence = abi.encode(recordProof(), one(1));
        vm.prank(action(5));
        court.prove(BROKEN, evidence);
        registry.settleSlash(1);
        assertEq(payout(5).balance, BOND / 100, "a fifth of five percent");
        vm.revertToState(snapshot);
        vm.prank(action(EXECUTOR));
        court.prove(BROKEN, evidence);
        registry.settleSlash(1);
        assertEq(payout(EXECUTOR).balance, 0, "nobody earns by its own fault");
    }

    function test_EachRuleOfASingleLeafIsJudged() public {
        // Leaf, word, value.
        uint256[3][14] memory breaks = [
            [uint256(0), 0, 1],
            [uint256(1), 3, 2],
            [uint256(1), 5, 0],
            [uint256(1), 5, 7],
            [uint256(0), 5, 2],
            [uint256(1), 5, 1],
            [uint256(2), 5, 6],
            [uint256(3), 5, 2],
            [uint256(1), 4, 65_535],
            [uint256(1), 7, 4],
            [uint256(2), 8, 4],
            [uint256(0), 6, 1],
            [uint256(3), 8, 1],
            [uint256(0), 11, 1]
        ];
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < breaks.length; ++i) {
            uint256 leaf = breaks[i][0];
            transcript[leaf][breaks[i][1]] = bytes32(breaks[i][2]);
            rechain();
            post();
            court.prove(BROKEN, abi.encode(recordProof(), one(uint16(leaf))));
            vm.revertToState(snapshot);
        }
    }

    function test_EachRuleOfTwoNeighboursIsJudged() public {
        uint256 snapshot = vm.snapshotState();
        // The chain of hashes.
        transcript[2][11] = "other";
        post();
        court.prove(BROKEN, abi.encode(recordProof(), two(1)));
        vm.revertToState(snapshot);
        // Times go back.
        transcript[2][12] = bytes32(uint256(transcript[1][13]) - 1);
        rechain();
        post();
        court.prove(BROKEN, abi.encode(recordProof(), two(1)));
        vm.revertToState(snapshot);
        // Anchors go back.
        transcript[2][14] = bytes32(uint256(transcript[1][14]) - 1);
        rechain();
        post();
        court.prove(BROKEN, abi.encode(recordProof(), two(1)));
        vm.revertToState(snapshot);
        // One block has two hashes.
        transcript[2][15] = "another";
        rechain();
        post();
        court.prove(BROKEN, abi.encode(recordProof(), two(1)));
        vm.revertToState(snapshot);
        // What the interpreter writes takes no time of its own.
        transcript[3][12] = bytes32(uint256(transcript[3][12]) + 1);
        transcript[3][13] = transcript[3][12];
        rechain();
        post();
        court.prove(BROKEN, abi.encode(recordProof(), two(2)));
    }

    function test_TheRecordsOwnNumbersMustBeThoseOfTheLeaves() public {
        uint48 startedMs = uint48(uint256(transcript[0][12]));
        uint48 endedMs = uint48(uint256(transcript[3][13]));
        uint256 snapshot = vm.snapshotState();
        post(recordOf(1, 5, 1, startedMs, endedMs, 1));
        court.prove(BROKEN, abi.encode(recordProof(), one(0)));
        vm.revertToState(snapshot);
        post(recordOf(1, 4, 1, startedMs - 1, endedMs, 1));
        court.prove(BROKEN, abi.encode(recordProof(), one(0)));
        vm.revertToState(snapshot);
        post(recordOf(1, 4, 1, startedMs, endedMs + 1, 1));
        court.prove(BROKEN, abi.encode(recordProof(), one(3)));
    }

    // Another's transcript

    function test_ATranscriptOfAnotherExecutionOrAttemptIsAWrongHolders() public {
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < transcript.length; ++i) {
            transcript[i][1] = "another execution";
        }
        rechain();
        post();
        court.prove(HOLDER, form(1, abi.encode(recordProof(), one(0))));
        assertEq(bondOf(EXECUTOR), BOND - BOND / 5, "twenty percent");
        assertEq(ledger.voided(batchNo), 1 << POSITION, "void");
        vm.revertToState(snapshot);
        transcript[1][2] = bytes32(uint256(2));
        rechain();
        post();
        court.prove(HOLDER, form(1, abi.encode(recordProof(), one(1))));
        vm.revertToState(snapshot);
        post(recordOf(1, 4, 2, uint48(BEGAN_MS), uint48(BEGAN_MS + 60), 1));
        court.prove(HOLDER, form(1, abi.encode(recordProof(), new LeafProof[](0))));
    }

    // Another runtime

    function test_AnotherRuntimeThanTheOwnerSignedIsPunished() public {
        post(recordOf(2, 4, 1, uint48(BEGAN_MS), uint48(BEGAN_MS + 60), 1));
        IIntentsTypes.Intent memory other = signed;
        other.runtime = 3;
        bytes memory forged = abi.encode(recordProof(), other);
        vm.expectRevert(abi.encodeWithSelector(NotTheIntent.selector, intentNo));
        court.prove(VERSION, forged);
        court.prove(VERSION, abi.encode(recordProof(), signed));
        assertEq(bondOf(EXECUTOR), BOND - BOND / 50, "two percent");
        assertEq(ledger.voided(batchNo), 1 << POSITION, "void");
    }

    // Actions that nobody signed

    function test_ACallOfOtherDataThanPermittedIsPunished() public {
        transcript[2][9] = sha256('{"callData":"0x","target":"0x70","valueWei":"5"}');
        rechain();
        post();
        court.prove(PLAN, planEvidence(2, 1, true));
        assertEq(bondOf(EXECUTOR), BOND / 2, "half");
        assertEq(ledger.voided(batchNo), 1 << POSITION, "void");
    }

    function test_AnEffectOfAStepThatThePlanDoesNotHoldIsPunished() public {
        uint256 snapshot = vm.snapshotState();
        transcript[2][4] = bytes32(uint256(2));
        rechain();
        post();
        court.prove(PLAN, planEvidence(2, 0, false));
        vm.revertToState(snapshot);
        // The plan's first step is a request, not a call.
        transcript[2][4] = bytes32(uint256(0));
        rechain();
        post();
        court.prove(PLAN, planEvidence(2, 0, false));
        vm.revertToState(snapshot);
        transcript[1][4] = bytes32(uint256(1));
        rechain();
        post();
        court.prove(PLAN, planEvidence(1, 1, false));
    }

    function test_ThePlanMustBeTheRegisteredOne() public {
        transcript[2][4] = bytes32(uint256(2));
        rechain();
        post();
        StepProof memory step = stepProof(0);
        step.planHash = "another";
        assertRefused(PLAN, abi.encode(recordProof(), leafProof(2), step, none()), planError());
        step = stepProof(0);
        step.kind = 2;
        assertRefused(PLAN, abi.encode(recordProof(), leafProof(2), step, none()), planError());
        step = stepProof(0);
        step.count = 1;
        assertRefused(PLAN, abi.encode(recordProof(), leafProof(2), step, none()), planError());
    }

    function test_ThePermissionMustBeOneOfThePlan() public {
        transcript[2][9] = "other";
        rechain();
        post();
        PermissionProof[] memory list = new PermissionProof[](1);
        list[0] = permissionProof();
        list[0].valueWei = 6;
        bytes memory proof = abi.encode(recordProof(), leafProof(2), stepProof(1), list);
        assertRefused(PLAN, proof, planError());
        list[0] = permissionProof();
        list[0].step = 0;
        proof = abi.encode(recordProof(), leafProof(2), stepProof(1), list);
        assertRefused(PLAN, proof, planError());
    }

    // Effects after a revocation

    function test_ARequestThatBeganWithTheRevocationKnownIsPunished() public {
        uint256 revokedBlock = block.number;
        (address owner,) = ownerKey();
        bytes32 intentHash = intents.intentHashOf(intentNo);
        vm.prank(owner);
        intents.revoke(intentHash);
        for (uint256 i; i < transcript.length; ++i) {
            transcript[i][14] = bytes32(revokedBlock);
        }
        rechain();
        uint256 snapshot = vm.snapshotState();
        post();
        court.prove(LATE, abi.encode(recordProof(), leafProof(1)));
        assertEq(bondOf(EXECUTOR), BOND - BOND / 5, "twenty percent");
        vm.revertToState(snapshot);
        // A call the ledger refuses by itself.
        post();
        assertRefused(LATE, abi.encode(recordProof(), leafProof(2)), noFault(LATE));
        vm.revertToState(snapshot);
        // What was not sent, or perhaps before, is no effect after it.
        transcript[1][7] = bytes32(uint256(3));
        rechain();
        post();
        assertRefused(LATE, abi.encode(recordProof(), leafProof(1)), noFault(LATE));
        vm.revertToState(snapshot);
        transcript[1][14] = bytes32(revokedBlock - 1);
        rechain();
        post();
        assertRefused(LATE, abi.encode(recordProof(), leafProof(1)), noFault(LATE));
    }

    function test_TheFirstRevocationCounts() public {
        (address owner,) = ownerKey();
        bytes32 intentHash = intents.intentHashOf(intentNo);
        assertEq(intents.revokedBlockOf(intentNo), 0, "never");
        vm.prank(owner);
        intents.revoke(intentHash);
        uint256 first = block.number;
        mine(5);
        vm.prank(owner);
        intents.revoke(intentHash);
        assertEq(intents.revokedBlockOf(intentNo), first, "the first");
    }

    // What no evidence shows

    function test_AnHonestTranscriptCannotBePunishedByAnyEvidence() public {
        post();
        for (uint16 i; i < 4; ++i) {
            assertRefused(BROKEN, abi.encode(recordProof(), one(i)), noFault(BROKEN));
            assertRefused(HOLDER, form(1, abi.encode(recordProof(), one(i))), noFault(HOLDER));
            assertRefused(LATE, abi.encode(recordProof(), leafProof(i)), noFault(LATE));
            for (uint16 step; step < 2; ++step) {
                assertRefused(PLAN, planEvidence(i, step, false), noFault(PLAN));
                assertRefused(PLAN, planEvidence(i, step, true), noFault(PLAN));
            }
            if (i < 3) assertRefused(BROKEN, abi.encode(recordProof(), two(i)), noFault(BROKEN));
        }
        bytes memory attempt = form(1, abi.encode(recordProof(), new LeafProof[](0)));
        assertRefused(HOLDER, attempt, noFault(HOLDER));
        assertRefused(VERSION, abi.encode(recordProof(), signed), noFault(VERSION));
    }

    /// @dev Whatever an honest run of any length does, in any time, over any anchors.
    function testFuzz_AnHonestTranscriptIsNeverBroken(uint256 seed, uint8 length) public {
        delete transcript;
        write(1, 65_535, 0, 0, 0);
        uint256 steps = bound(length, 0, 20);
        for (uint256 i; i < steps; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 kind = dice % 5 + 2;
            // 6 is END; 7 is a script.
            if (kind == 6) kind = 7;
            bool isEffect = kind == 3 || kind == 4;
            write(kind, i, isEffect ? dice % 3 + 1 : 0, isEffect ? 1 : 0, isEffect ? dice % 99 : 0);
            uint256 last = transcript.length - 1;
            transcript[last][7] = bytes32(dice % 4);
            if (!isEffect || dice % 2 == 0) continue;
            // An effect may begin later, and at a newer block.
            transcript[last][12] = bytes32(uint256(transcript[last][12]) + dice % 7);
            transcript[last][13] = bytes32(uint256(transcript[last][12]) + dice % 99);
            transcript[last][14] = bytes32(uint256(transcript[last][14]) + 1);
            transcript[last][15] = keccak256(abi.encode(transcript[last][14]));
        }
        // A pure leaf has the anchor of the one before it.
        write(6, 65_535, 0, 0, 0);
        for (uint256 i = 1; i < transcript.length; ++i) {
            uint256 kind = uint256(transcript[i][5]);
            if (kind == 3 || kind == 4) {
                if (uint256(transcript[i][14]) > uint256(transcript[i - 1][14])) continue;
            }
            (transcript[i][14], transcript[i][15]) = (transcript[i - 1][14], transcript[i - 1][15]);
        }
        rechain();
        post();
        for (uint16 i; i < transcript.length; ++i) {
            assertRefused(BROKEN, abi.encode(recordProof(), one(i)), noFault(BROKEN));
            if (i + 1 == transcript.length) break;
            assertRefused(BROKEN, abi.encode(recordProof(), two(i)), noFault(BROKEN));
        }
    }

    /// @dev Evidence of a real fault with one word changed is no evidence.
    function testFuzz_AChangedLeafProvesNothing(uint256 leaf, uint256 which, uint256 by) public {
        transcript[2][13] = bytes32(uint256(transcript[2][12]) - 1);
        rechain();
        post();
        LeafProof[] memory shown = one(uint16(bound(leaf, 0, 3)));
        which = bound(which, 0, 18 + shown[0].path.length);
        by = bound(by, 1, type(uint16).max);
        if (which < 16) shown[0].words[which] = bytes32(uint256(shown[0].words[which]) ^ by);
        else if (which == 16) shown[0].index = uint16(shown[0].index ^ by);
        else if (which == 17) shown[0].count = uint16(shown[0].count ^ by);
        else if (which == 18) shown[0].path = new bytes32[](shown[0].path.length + 1);
        else shown[0].path[which - 19] ^= bytes32(by);
        bytes memory error_ = abi.encodeWithSelector(BadLeafProof.selector, batchNo, shown[0].index);
        assertRefused(BROKEN, abi.encode(recordProof(), shown), error_);
    }

    function testFuzz_AChangedRecordProvesNothing(uint256 which, uint256 by) public {
        transcript[2][13] = bytes32(uint256(transcript[2][12]) - 1);
        rechain();
        post();
        RecordProof memory proof = recordProof();
        LeafProof[] memory shown = one(2);
        by = bound(by, 1, type(uint16).max);
        which = bound(which, 0, 10);
        if (which == 0) proof.batchNo = uint64(proof.batchNo ^ by);
        if (which == 1) proof.index = uint16(proof.index ^ by);
        if (which == 2) proof.item.executionId ^= bytes32(by);
        if (which == 3) proof.item.intentNo ^= uint32(by);
        if (which == 4) proof.item.attempt ^= uint8(by | 1);
        if (which == 5) proof.item.ordinal ^= uint64(by);
        if (which == 6) proof.item.t0Sec ^= uint40(by);
        if (which == 7) proof.itemPath[by % proof.itemPath.length] ^= bytes32(by);
        if (which == 8) proof.record[by % 128] ^= bytes1(uint8(by) | 1);
        if (which == 9) proof.record = bytes.concat(proof.record, hex"00");
        if (which == 10) proof.recordPath[by % proof.recordPath.length] ^= bytes32(by);
        bytes memory error_ =
            abi.encodeWithSelector(BadRecordProof.selector, proof.batchNo, proof.index);
        assertRefused(BROKEN, abi.encode(proof, shown), error_);
    }

    function test_Revert_WhenThePairIsNoPairOrTheFormIsNone() public {
        post();
        LeafProof[] memory apart = new LeafProof[](2);
        (apart[0], apart[1]) = (leafProof(0), leafProof(2));
        bytes memory error_ = abi.encodeWithSelector(BadLeafProof.selector, batchNo, 2);
        assertRefused(BROKEN, abi.encode(recordProof(), apart), error_);
        error_ = abi.encodeWithSelector(BadForm.selector, 0);
        assertRefused(BROKEN, abi.encode(recordProof(), new LeafProof[](0)), error_);
        error_ = abi.encodeWithSelector(BadForm.selector, 3);
        assertRefused(HOLDER, form(3, ""), error_);
    }

    function test_Revert_WhenTheFaultIsNotForContracts() public {
        uint16[6] memory others = [uint16(0), 1, 5, 11, 18, 99];
        for (uint256 i; i < others.length; ++i) {
            bytes memory error_ = abi.encodeWithSelector(NotByContract.selector, others[i]);
            assertRefused(others[i], "", error_);
        }
    }

    function test_Revert_WhenTheBatchIsNotRecorded() public {
        records[1] = honestRecord();
        bytes memory error_ = abi.encodeWithSelector(BadRecordProof.selector, batchNo, POSITION);
        assertRefused(BROKEN, abi.encode(recordProof(), one(1)), error_);
    }

    // What becomes of verdicts and votes

    function test_EvidenceEndsAnOpenVoteAndWhoFoundItRightPays() public {
        transcript[1][3] = bytes32(uint256(7));
        rechain();
        post();
        uint32[] memory seats = ledger.committee(batchNo);
        finaliseFirst(batchNo, 1 << POSITION, 0);
        uint64 disputeNo = court.open(batchNo, POSITION, seats[0], reportOf(1 << POSITION, 1, 2));
        court.prove(BROKEN, abi.encode(recordProof(), one(1)));
        assertEq(
            uint8(court.dispute(disputeNo).status),
            uint8(IDisputesTypes.DisputeStatus.Upheld),
            "the vote is over"
        );
        vm.expectPartialRevert(bytes4(keccak256("NotOpen(uint64)")));
        court.resolve(disputeNo);
        assertEq(ledger.disputed(batchNo), 0, "settled");
        assertEq(bondOf(seats[0]), BOND, "the reporter");
        for (uint256 i = 1; i < 3; ++i) {
            assertEq(bondOf(seats[i]), BOND - BOND / 20, "who found it right");
        }
    }

    function test_AFinalRecordIsVoidWhenEvidenceComes() public {
        transcript[1][3] = bytes32(uint256(7));
        rechain();
        post();
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, POSITION), "final");
        court.prove(BROKEN, abi.encode(recordProof(), one(1)));
        assertFalse(ledger.isFinal(batchNo, POSITION), "void");
        assertTrue(ledger.isFinal(batchNo, 0), "its neighbours are not touched");
    }

    function test_AVerdictAfterTheEvidenceOpensNothing() public {
        transcript[1][3] = bytes32(uint256(7));
        rechain();
        post();
        court.prove(BROKEN, abi.encode(recordProof(), one(1)));
        uint32 seat = ledger.committee(batchNo)[0];
        uint256[] memory faults = new uint256[](3);
        uint256[] memory unables = new uint256[](3);
        (faults[0], unables[1]) = (1 << POSITION, 1 << POSITION);
        finalise(batchNo, faults, unables);
        assertEq(ledger.disputed(batchNo), 0, "no dispute");
        assertEq(ledger.pending(batchNo), 0, "no other draw");
        assertEq(uint8(ledger.batch(batchNo).status), uint8(BatchStatus.Settled), "settled");
        bytes memory report = reportOf(1 << POSITION, 1, 2);
        vm.expectPartialRevert(bytes4(keccak256("NotDisputed(uint64,uint16)")));
        court.open(batchNo, POSITION, seat, report);
        assertTrue(ledger.isFinal(batchNo, 0), "the others are final");
    }

    function test_Revert_WhenSomebodyElseCondemns() public {
        post();
        vm.expectPartialRevert(bytes4(keccak256("NotDisputes(address)")));
        ledger.condemn(batchNo, 7);
    }

    function form(uint8 number, bytes memory proofs) private pure returns (bytes memory) {
        return abi.encode(number, proofs);
    }

    function none() private pure returns (PermissionProof[] memory) {
        return new PermissionProof[](0);
    }

    function planEvidence(uint16 leaf, uint16 step, bool withPermission)
        private
        view
        returns (bytes memory)
    {
        PermissionProof[] memory list = new PermissionProof[](withPermission ? 1 : 0);
        if (withPermission) list[0] = permissionProof();
        return abi.encode(recordProof(), leafProof(leaf), stepProof(step), list);
    }

    function planError() private view returns (bytes memory) {
        return abi.encodeWithSelector(BadPlanProof.selector, intentNo);
    }

    function noFault(uint16 fault) private pure returns (bytes memory) {
        return abi.encodeWithSelector(NoFault.selector, fault);
    }

    function assertRefused(uint16 fault, bytes memory evidence, bytes memory error_) private {
        vm.expectRevert(error_);
        court.prove(fault, evidence);
        assertEq(bondOf(EXECUTOR), BOND, "nobody pays");
    }
}

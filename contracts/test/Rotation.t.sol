// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IEvidenceErrors, IEvidenceTypes } from "../src/interfaces/IEvidence.sol";
import { IExecutionsErrors } from "../src/interfaces/IExecutions.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { RotationFixture } from "./RotationFixture.sol";

/// @notice Keys of a node that change: each duty has the key of the time when it began (spec 01).
contract RotationTest is RotationFixture {
    uint16 private constant EQUIVOCATED_RECORD = 15;

    function setUp() public {
        setUpRotation();
    }

    // Planned

    function test_KeysChangeAtTheirTimeAndStayKnownForEver() public {
        uint40 addedSec = keysOf(1)[0].fromSec;
        uint40 fromSec = rotate(1, 101, noticeSec);
        assertEq(registry.node(1).dutyKey, duty(1), "until then the first");
        assertEq(registry.nodeOfActionKey(action(101)), 0, "not yet");
        vm.warp(fromSec - 1);
        assertEq(dutyOf(1, fromSec - 1), duty(1), "the old key to the last second");
        assertEq(registry.nodeOfActionKey(action(1)), 1, "it sends");
        vm.warp(fromSec);
        assertEq(registry.node(1).dutyKey, duty(101), "then the second");
        assertEq(registry.node(1).actionKey, action(101), "both");
        assertEq(registry.nodeOfActionKey(action(1)), 0, "the old one sends no more");
        (uint32 nodeNo,,) = registry.actor(action(101));
        assertEq(nodeNo, 1, "the new one acts");
        assertEq(dutyOf(1, fromSec - 1), duty(1), "what began before is the old key's");
        assertEq(dutyOf(1, fromSec), duty(101), "what begins now the new one's");
        assertEq(dutyOf(1, 1), duty(1), "and before all time");
        KeyInterval[] memory keys = keysOf(1);
        assertEq(keys.length, 2, "both are known");
        assertEq(keys[0].fromSec, addedSec, "from its admission");
        assertEq(keys[0].untilSec, fromSec, "until the change");
        assertEq(keys[1].untilSec, 0, "open");
        assertEq(registry.nodeOfDutyKey(duty(1)), 1, "its signatures are still the node's");
    }

    function test_ARecordIsSignedByTheKeyOfItsClaim() public {
        uint64 before = claimTicks(1, 1);
        uint40 fromSec = rotate(1, 101, noticeSec);
        vm.warp(fromSec);
        expectNotRecorded(101, before);
        recordBy(1, before);
        uint64 afterwards = claimBy(action(101));
        expectNotRecorded(1, afterwards);
        recordBy(101, afterwards);
        assertEq(ledger.batch(afterwards).judgedAtSec, 0, "not judged yet");
    }

    function test_AVerdictIsSignedByTheKeyOfTheDraw() public {
        uint64 batchNo = recorded(1, 1);
        uint32 seat = ledger.committee(batchNo)[0];
        rotate(seat, 100 + seat, noticeSec);
        vm.warp(block.timestamp + noticeSec + 1);
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_WhatIsToComeMayBeReplaced() public {
        uint40 fromSec = rotate(1, 101, noticeSec + 100);
        rotate(1, 201, noticeSec + 50);
        vm.warp(fromSec);
        assertEq(registry.node(1).dutyKey, duty(201), "the later word counts");
        assertEq(keysOf(1).length, 2, "the other never held");
        assertEq(registry.nodeOfDutyKey(duty(101)), 0, "and signs for nobody");
        assertEq(registry.nodeOfActionKey(action(101)), 0, "nor sends");
        rotate(1, 101, noticeSec);
        vm.expectRevert(abi.encodeWithSelector(KeyInUse.selector, duty(1)));
        this.rotateAs(1, 1, uint40(block.timestamp) + noticeSec + 1);
    }

    function testFuzz_TheSameKeysMayComeAtAnotherTime(uint16 first, uint16 second, bool atOnce)
        public
    {
        rotate(1, 101, noticeSec + first);
        uint40 fromSec = rotate(1, 101, atOnce ? 0 : noticeSec + second);
        if (atOnce) fromSec = uint40(block.timestamp);
        assertEq(keysOf(1).length, 2, "once");
        assertEq(keysOf(1)[1].fromSec, fromSec, "at the later word's time");
        vm.warp(fromSec);
        assertEq(registry.node(1).dutyKey, duty(101), "duty");
        assertEq(registry.nodeOfActionKey(action(101)), 1, "action");
        assertEq(registry.nodeOfDutyKey(duty(101)), 1, "its signatures are the node's");
    }

    function testFuzz_Revert_WhenWhatIsToComeIsReplacedWithoutNotice(uint40 leftSec) public {
        leftSec = uint40(bound(leftSec, 1, uint256(noticeSec) * 2));
        uint40 fromSec = rotate(1, 101, noticeSec * 2);
        vm.warp(fromSec - leftSec);
        bool late = leftSec < noticeSec;
        if (late) vm.expectRevert(abi.encodeWithSelector(NotYet.selector, fromSec));
        this.rotateAs(1, 201, uint40(block.timestamp) + noticeSec);
        if (!late) return;
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, fromSec));
        registry.rotateKeys(1, duty(1), action(1), uint40(block.timestamp) + noticeSec, "", "");
        // A stolen key waits for nothing.
        rotate(1, 201, 0);
        assertEq(registry.node(1).dutyKey, duty(201), "at once");
        vm.warp(fromSec);
        assertEq(registry.node(1).dutyKey, duty(201), "and it stays");
    }

    function test_WhatIsToComeMayBeTakenBack() public {
        rotate(1, 101, noticeSec);
        vm.prank(cold(1));
        registry.rotateKeys(1, duty(1), action(1), uint40(block.timestamp) + noticeSec, "", "");
        vm.warp(block.timestamp + noticeSec);
        assertEq(registry.node(1).dutyKey, duty(1), "the first goes on");
        assertEq(registry.nodeOfActionKey(action(1)), 1, "so does its action key");
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(KeysUnchanged.selector, 1));
        registry.rotateKeys(1, duty(1), action(1), uint40(block.timestamp) + noticeSec, "", "");
    }

    function test_OneKeyMayChangeAlone() public {
        uint40 fromSec = uint40(block.timestamp) + noticeSec;
        bytes memory proof = proofOf("action ", 101, 1, duty(1), action(101), fromSec);
        vm.prank(cold(1));
        registry.rotateKeys(1, duty(1), action(101), fromSec, "", proof);
        vm.warp(fromSec);
        assertEq(registry.node(1).dutyKey, duty(1), "duty stays");
        assertEq(registry.node(1).actionKey, action(101), "action changes");
        assertEq(keysOf(1).length, 1, "one duty key");
    }

    function test_ANodeThatIsSwitchedOffActsWithNeitherKey() public {
        uint40 fromSec = rotate(1, 101, noticeSec);
        setActive(1, false);
        (uint32 nodeNo,,) = registry.actor(action(1));
        assertEq(nodeNo, 0, "not with the old");
        vm.warp(fromSec);
        (nodeNo,,) = registry.actor(action(101));
        assertEq(nodeNo, 0, "nor with the new");
        setActive(1, true);
        (nodeNo,,) = registry.actor(action(101));
        assertEq(nodeNo, 1, "on again");
    }

    function testFuzz_EveryMomentHasOneKey(uint40 atSec, uint16 first, uint16 second) public {
        uint40 addedSec = uint40(block.timestamp);
        uint40 one = rotate(1, 101, noticeSec + first);
        vm.warp(one);
        uint40 two = rotate(1, 201, noticeSec + second);
        atSec = uint40(bound(atSec, addedSec, uint256(two) + 1000));
        address expected = atSec >= two ? duty(201) : atSec >= one ? duty(101) : duty(1);
        assertEq(dutyOf(1, atSec), expected, "before it came");
        vm.warp(uint256(two) + 1000);
        assertEq(dutyOf(1, atSec), expected, "and after");
        KeyInterval[] memory keys = keysOf(1);
        for (uint256 i = 1; i < keys.length; ++i) {
            assertEq(keys[i - 1].untilSec, keys[i].fromSec, "no gap, no overlap");
        }
    }

    function test_Revert_WhenItComesTooSoonOrTooLate() public {
        uint40 nowSec = uint40(block.timestamp);
        expectBadTime(nowSec + noticeSec - 1);
        expectBadTime(nowSec + 365 days + 1);
        expectBadTime(1);
    }

    function test_Revert_WhenAKeyDoesNotProveItself() public {
        uint40 fromSec = uint40(block.timestamp) + noticeSec;
        bytes memory right = proofOf("duty ", 101, 1, duty(101), action(101), fromSec);
        bytes memory other = proofOf("duty ", 101, 2, duty(101), action(101), fromSec);
        vm.startPrank(cold(1));
        vm.expectPartialRevert(BadKeyProof.selector);
        registry.rotateKeys(1, duty(101), action(101), fromSec, other, right);
        vm.expectPartialRevert(BadKeyProof.selector);
        registry.rotateKeys(1, duty(101), action(101), fromSec, right, right);
        vm.expectPartialRevert(BadKeyProof.selector);
        registry.rotateKeys(1, duty(101), action(101), fromSec + 1, right, right);
        vm.expectRevert(abi.encodeWithSelector(BadKeyProof.selector, address(0), address(0)));
        registry.rotateKeys(1, address(0), action(1), fromSec, "", "");
        vm.stopPrank();
    }

    function test_Revert_WhenAnotherThanTheColdKeyRotates() public {
        vm.expectRevert(abi.encodeWithSelector(NotCold.selector, 1, action(1)));
        vm.prank(action(1));
        registry.rotateKeys(1, duty(1), action(1), 0, "", "");
        vm.expectRevert(abi.encodeWithSelector(UnknownNode.selector, 99));
        registry.revokeDutyKey(99, duty(1));
    }

    // Stolen

    function test_AtOnceTheStolenKeySignsNothingAnyMoreAndWhatItHadBegunLapses() public {
        uint64 batchNo = claimTicks(1, 1);
        mine(1);
        rotate(1, 101, 0);
        expectNotRecorded(1, batchNo);
        expectNotRecorded(101, batchNo);
        assertEq(registry.nodeOfActionKey(action(1)), 0, "it sends nothing");
        assertTrue(keysOf(1)[0].revoked, "revoked");
        assertEq(dutyOf(1, uint40(block.timestamp)), duty(101), "from this block on the new one");
        mine(1);
        uint64 next = claimBy(action(101));
        recordBy(101, next);
    }

    function test_AStolenSeatIsSilentAndTheOthersGoOn() public {
        uint64 batchNo = recorded(1, 1);
        uint32 seat = ledger.committee(batchNo)[0];
        mine(1);
        rotate(seat, 100 + seat, 0);
        uint256[] memory none = new uint256[](3);
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = verdictsOf(batchNo, none, none);
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadVerdictSignature.selector, 0));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
        vm.warp(block.timestamp + 20);
        ledger.openFallback(batchNo);
        assertEq(ledger.fallbackOf(batchNo).seats.length, 3, "three seats, one of them silent");
    }

    function test_WhatAStolenKeySignsAfterwardsIsEvidenceOfNothing() public {
        bytes memory evidence = twoRecords(1, 1);
        rotate(1, 101, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceErrors.NotSigned.selector, 1));
        court.prove(EQUIVOCATED_RECORD, evidence);
    }

    function test_WhatWasShownBeforeTheRevocationIsPunished() public {
        uint256 bondWei = registry.operator(1).bondWei;
        court.prove(EQUIVOCATED_RECORD, twoRecords(1, 1));
        rotate(1, 101, 0);
        assertEq(registry.operator(1).bondWei, bondWei - bondWei / 5, "slashed");
    }

    function test_ARecordThatTheLedgerTookStays() public {
        uint64 batchNo = recorded(1, 1);
        rotate(1, 101, 0);
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_ARotatedKeyStillAnswersAlsoTogetherWithItsSuccessor() public {
        uint40 fromSec = rotate(1, 101, noticeSec);
        vm.warp(fromSec);
        uint256 bondWei = registry.operator(1).bondWei;
        court.prove(EQUIVOCATED_RECORD, twoRecords(1, 101));
        assertEq(registry.operator(1).bondWei, bondWei - bondWei / 5, "one place, two keys");
    }

    function test_AKeyThatIsStolenLaterIsRevokedByName() public {
        uint40 fromSec = rotate(1, 101, noticeSec);
        bytes memory evidence = twoRecords(1, 1);
        vm.startPrank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(KeyNotAllowed.selector, duty(1)));
        registry.revokeDutyKey(1, duty(1));
        vm.warp(fromSec);
        vm.expectRevert(abi.encodeWithSelector(KeyNotAllowed.selector, duty(101)));
        registry.revokeDutyKey(1, duty(101));
        registry.revokeDutyKey(1, duty(1));
        vm.expectRevert(abi.encodeWithSelector(KeyNotAllowed.selector, duty(1)));
        registry.revokeDutyKey(1, duty(1));
        vm.stopPrank();
        assertEq(dutyOf(1, fromSec - 1), address(0), "what began under it lapses");
        vm.expectRevert(abi.encodeWithSelector(IEvidenceErrors.NotSigned.selector, 1));
        court.prove(EQUIVOCATED_RECORD, evidence);
    }

    function test_AStolenKeyIsReplacedAlsoWhileAnotherWasToCome() public {
        rotate(1, 101, noticeSec + 1000);
        rotate(1, 201, 0);
        assertEq(registry.node(1).dutyKey, duty(201), "at once");
        assertEq(keysOf(1).length, 2, "the one to come never held");
        assertTrue(keysOf(1)[0].revoked, "the one that held is revoked");
    }

    function claimBy(address actionKey) private returns (uint64 batchNo) {
        uint32 intentNo = register(INTERVAL);
        mine(1);
        waitForAll();
        bytes memory items = tick(intentNo, 1);
        vm.prank(actionKey);
        (batchNo,) = ledger.claim(INTERVAL, LEASE_CLASS, items);
    }

    function recordBy(uint32 label, uint64 batchNo) private {
        bytes memory records = recordsOf(1);
        bytes memory signed = signRecord(label, batchNo, 1, records);
        ledger.record(batchNo, 1, 1, "head", records, signed);
    }

    function expectNotRecorded(uint32 label, uint64 batchNo) private {
        bytes memory records = recordsOf(1);
        bytes memory signed = signRecord(label, batchNo, 1, records);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadRecordSignature.selector, 1));
        ledger.record(batchNo, 1, 1, "head", records, signed);
    }

    function expectBadTime(uint40 fromSec) private {
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(OutOfBounds.selector, bytes32("fromSec"), fromSec));
        registry.rotateKeys(1, duty(1), action(1), fromSec, "", "");
    }

    /// @dev Two records of one batch by two keys of node 1, as evidence.
    function twoRecords(uint32 one, uint32 other) private returns (bytes memory) {
        return abi.encode(uint32(1), signedRecord(one, "root"), signedRecord(other, "other"));
    }

    function signedRecord(uint32 label, bytes32 recordRoot)
        private
        returns (IEvidenceTypes.SignedRecordBatch memory signed)
    {
        (signed.batchNo, signed.itemsRoot, signed.recordRoot) = (99, "items", recordRoot);
        (signed.posted, signed.auditSeq, signed.auditHead) = (1, 1, "head");
        bytes32 structHash = Duty.hashRecordBatch(99, "items", recordRoot, 1, 1, "head");
        signed.signature = dutySignature(label, ledger.domainSeparator(), structHash);
    }
}

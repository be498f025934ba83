// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Duty } from "../src/libraries/Duty.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { RegistryFixture } from "./RegistryFixture.sol";

/// @notice Verified key tiers and sealing keys.
contract AttestationsTest is RegistryFixture {
    bytes32 private constant EVIDENCE = keccak256("evidence");
    address private constant EXAMINER = address(0xE1);
    address private dutyKey;
    address private actionKey;

    function setUp() public {
        setUpRegistry();
        bonded(1);
        (dutyKey, actionKey) = (nodeOf(1, BOTH).dutyKey, nodeOf(1, BOTH).actionKey);
    }

    // -- tiers ---------------------------------------------------------------------------------

    function test_ADeclaredTierCountsAsSoftwareUntilTheCouncilVerifiesIt() public {
        uint32 nodeNo = joinTier(1, 3);
        assertTier(nodeNo, 3, 1, 0);
        declare(nodeNo, 3, EVIDENCE);
        assertTier(nodeNo, 3, 1, 0);
        vm.prank(council);
        vm.expectEmit();
        emit TierVerified(nodeNo, 3, EVIDENCE, EXAMINER, 0);
        registry.verifyTier(nodeNo, 3, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        assertTier(nodeNo, 3, 3, 3);
        NodeTier memory found = registry.tierOf(nodeNo);
        assertEq(found.evidenceHash, EVIDENCE, "evidence");
        assertEq(found.verifiedBy, EXAMINER, "by whom");
        assertEq(found.verifiedAtSec, block.timestamp, "when");
    }

    function testFuzz_WhatCountsIsNeverMoreThanWhatWasShown(
        uint8 declared,
        uint8 verified,
        uint40 lifeSec,
        uint40 passedSec
    ) public {
        declared = uint8(bound(declared, 0, 4));
        verified = uint8(bound(verified, 0, 4));
        lifeSec = uint40(bound(lifeSec, 1, 1e9));
        passedSec = uint40(bound(passedSec, 0, 2e9));
        uint32 nodeNo = joinTier(1, declared);
        declare(nodeNo, declared, EVIDENCE);
        bool fits = verified == 0 || (verified > 1 && verified <= declared);
        uint40 expiresAtSec = uint40(block.timestamp) + lifeSec;
        vm.prank(council);
        if (!fits) vm.expectRevert(outOfBounds("tier", verified));
        registry.verifyTier(nodeNo, verified, EVIDENCE, dutyKey, actionKey, EXAMINER, expiresAtSec);
        vm.warp(block.timestamp + passedSec);
        bool holds = fits && verified != 0 && passedSec < lifeSec;
        uint8 self = declared < 1 ? declared : 1;
        assertEq(registry.tierOf(nodeNo).counted, holds ? verified : self, "counted");
    }

    function test_ANodeThatNeedsAVerifiedTierWaitsForItSwitchedOff() public {
        vm.prank(council);
        registry.setMinimumKeyTier(2, 2);
        uint32 nodeNo = joinTier(1, 2);
        Node memory found = registry.node(nodeNo);
        assertFalse(found.active, "waits");
        assertActor(0);
        bytes memory tooLow = abi.encodeWithSelector(KeyTierTooLow.selector, BOTH, 1, 2);
        vm.prank(cold(1));
        vm.expectRevert(tooLow);
        registry.updateNode(nodeNo, found.endpoint, found.caHash, true, "");
        declare(nodeNo, 2, EVIDENCE);
        vm.prank(council);
        registry.verifyTier(nodeNo, 2, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        vm.prank(cold(1));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, true, "");
        assertActor(nodeNo);

        // It stays so when the minimum rises, and cannot be switched on again below it.
        vm.prank(council);
        registry.setMinimumKeyTier(2, 3);
        assertActor(nodeNo);
        vm.prank(cold(1));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, false, "");
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(KeyTierTooLow.selector, BOTH, 2, 3));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, true, "");
    }

    function test_AnActiveNodeCannotSayThatItsKeysAreLessThanItsRolesAsk() public {
        uint32 nodeNo = joinTier(1, 2);
        declare(nodeNo, 2, EVIDENCE);
        vm.startPrank(council);
        registry.verifyTier(nodeNo, 2, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        registry.setMinimumKeyTier(1, 2);
        vm.stopPrank();
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(KeyTierTooLow.selector, BOTH, 1, 2));
        registry.declareTier(nodeNo, 2, keccak256("other"));
        assertTier(nodeNo, 2, 2, 2);
        Node memory found = registry.node(nodeNo);
        vm.startPrank(cold(1));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, false, "");
        registry.declareTier(nodeNo, 0, 0);
        assertTier(nodeNo, 0, 0, 0);
    }

    function test_Revert_WhenTheEvidenceIsNotTheOneThatTheCouncilSaw() public {
        uint32 nodeNo = joinTier(1, 3);
        declare(nodeNo, 3, EVIDENCE);
        vm.startPrank(council);
        bytes32 other = keccak256("other");
        vm.expectRevert(abi.encodeWithSelector(EvidenceChanged.selector, nodeNo, other, EVIDENCE));
        registry.verifyTier(nodeNo, 3, other, dutyKey, actionKey, EXAMINER, 0);
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("evidenceHash")));
        registry.verifyTier(nodeNo, 3, 0, dutyKey, actionKey, EXAMINER, 0);
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("verifiedBy")));
        registry.verifyTier(nodeNo, 3, EVIDENCE, dutyKey, actionKey, address(0), 0);
        vm.expectRevert(outOfBounds("expiresAtSec", block.timestamp));
        registry.verifyTier(nodeNo, 3, EVIDENCE, dutyKey, actionKey, EXAMINER, uint40(block.timestamp));
        vm.expectRevert(outOfBounds("tier", 4));
        registry.verifyTier(nodeNo, 4, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        vm.expectRevert(outOfBounds("tier", 1));
        registry.verifyTier(nodeNo, 1, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        vm.expectRevert(abi.encodeWithSelector(UnknownNode.selector, 9));
        registry.verifyTier(9, 3, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(NotCouncil.selector, address(this)));
        registry.verifyTier(nodeNo, 3, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        vm.expectRevert(abi.encodeWithSelector(NotCold.selector, 1, address(this)));
        registry.declareTier(nodeNo, 3, EVIDENCE);
        vm.prank(cold(1));
        vm.expectRevert(outOfBounds("tier", 5));
        registry.declareTier(nodeNo, 5, EVIDENCE);
    }

    function test_AVerificationIsTakenBackAndANewDeclarationEndsIt() public {
        uint32 nodeNo = joinTier(1, 3);
        declare(nodeNo, 3, EVIDENCE);
        vm.startPrank(council);
        registry.verifyTier(nodeNo, 3, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        registry.verifyTier(nodeNo, 0, 0, dutyKey, actionKey, address(0), 0);
        assertTier(nodeNo, 3, 1, 0);
        registry.verifyTier(nodeNo, 2, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
        assertTier(nodeNo, 3, 2, 2);
        vm.stopPrank();
        declare(nodeNo, 3, EVIDENCE);
        assertTier(nodeNo, 3, 1, 0);
    }

    // -- sealing keys --------------------------------------------------------------------------

    function testFuzz_EverySealingKeyIsKeptWithItsInterval(uint256 first, uint256 second) public {
        uint32 nodeNo = join(1, 1, BOTH);
        (bytes32 x, bytes32 y) = point(first);
        sealTo(nodeNo, x, y);
        uint40 fromSec = uint40(block.timestamp);
        SealingKey[] memory kept = registry.sealingKeys(nodeNo);
        assertEq(kept.length, 1, "one");
        assertEq(kept[0].x, x, "x");
        assertEq(kept[0].y, y, "y");
        assertEq(kept[0].fromSec, fromSec, "from");
        assertEq(kept[0].untilSec, 0, "still");
        vm.warp(fromSec + 100);
        (bytes32 nextX, bytes32 nextY) = point(second);
        vm.assume(nextX != x);
        sealTo(nodeNo, nextX, nextY);
        kept = registry.sealingKeys(nodeNo);
        assertEq(kept.length, 2, "both");
        assertEq(kept[0].untilSec, fromSec + 100, "ended when the next began");
        assertEq(kept[1].fromSec, fromSec + 100, "the next");
        bytes memory again = binding(1, x, y);
        vm.prank(cold(1));
        vm.expectRevert(
            abi.encodeWithSelector(SealingKeyInUse.selector, keccak256(abi.encode(x, y)))
        );
        registry.setSealingKey(nodeNo, x, y, again);
    }

    function test_ASealingKeyEndsWithoutANextOne() public {
        uint32 nodeNo = join(1, 1, BOTH);
        (bytes32 x, bytes32 y) = point(7);
        sealTo(nodeNo, x, y);
        vm.warp(block.timestamp + 5);
        vm.startPrank(cold(1));
        vm.expectEmit();
        emit SealingKeyChanged(nodeNo, 0, 0, uint40(block.timestamp));
        registry.setSealingKey(nodeNo, 0, 0, "");
        uint40 endedSec = uint40(block.timestamp);
        vm.warp(block.timestamp + 5);
        registry.setSealingKey(nodeNo, 0, 0, "");
        assertEq(registry.sealingKeys(nodeNo)[0].untilSec, endedSec, "ended once");
    }

    function testFuzz_Revert_WhenASealingKeyIsNoPoint(bytes32 x, bytes32 y) public {
        vm.assume(x != 0 || y != 0);
        uint32 nodeNo = join(1, 1, BOTH);
        bytes memory signed = binding(1, x, y);
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(NotOnCurve.selector, x, y));
        registry.setSealingKey(nodeNo, x, y, signed);
    }

    function test_Revert_WhenASealingKeyIsNotBoundByTheDutyKey() public {
        uint32 nodeNo = join(1, 1, BOTH);
        (bytes32 x, bytes32 y) = point(7);
        bytes memory foreign = binding(3, x, y);
        address stranger = nodeOf(3, BOTH).dutyKey;
        vm.prank(cold(1));
        vm.expectRevert(
            abi.encodeWithSelector(BadSealingKey.selector, stranger, nodeOf(1, BOTH).dutyKey)
        );
        registry.setSealingKey(nodeNo, x, y, foreign);
        bytes memory own = binding(1, x, y);
        vm.expectRevert(abi.encodeWithSelector(NotCold.selector, 1, address(this)));
        registry.setSealingKey(nodeNo, x, y, own);
        vm.expectRevert(abi.encodeWithSelector(UnknownNode.selector, 9));
        registry.setSealingKey(9, x, y, own);
    }

    // -- helpers -------------------------------------------------------------------------------

    function joinTier(uint32 label, uint8 tier) private returns (uint32) {
        Node memory added = nodeOf(label, BOTH);
        added.keyTier = tier;
        bytes memory caBinding = bind(1, label, added.caHash, added.endpoint);
        vm.prank(cold(1));
        return registry.addNode(1, added, caBinding);
    }

    function declare(uint32 nodeNo, uint8 tier, bytes32 evidenceHash) private {
        vm.prank(cold(1));
        vm.expectEmit();
        emit TierDeclared(nodeNo, tier, evidenceHash);
        registry.declareTier(nodeNo, tier, evidenceHash);
    }

    function assertTier(uint32 nodeNo, uint8 declared, uint8 counted, uint8 verified) private view {
        NodeTier memory found = registry.tierOf(nodeNo);
        assertEq(found.declared, declared, "declared");
        assertEq(found.counted, counted, "counted");
        assertEq(found.verified, verified, "verified");
        assertEq(registry.node(nodeNo).keyTier, declared, "of the node");
    }

    function assertActor(uint32 expected) private {
        (uint32 nodeNo,,) = registry.actor(action(1));
        assertEq(nodeNo, expected, "actor");
    }

    function point(uint256 secret) private pure returns (bytes32 x, bytes32 y) {
        // Half of the group's order: never the neutral element.
        (uint256 px, uint256 py) = vm.publicKeyP256(bound(secret, 1, 1 << 254));
        return (bytes32(px), bytes32(py));
    }

    /// @dev By the duty key of node `label`.
    function binding(uint32 label, bytes32 x, bytes32 y) private returns (bytes memory) {
        (, uint256 privateKey) = account(string.concat("duty ", vm.toString(uint256(label))));
        bytes32 structHash = Duty.hashSealingKeyBinding(1, x, y);
        return signature(privateKey, Owner.digest(registry.domainSeparator(), structHash));
    }

    function sealTo(uint32 nodeNo, bytes32 x, bytes32 y) private {
        bytes memory signed = binding(1, x, y);
        vm.prank(cold(1));
        registry.setSealingKey(nodeNo, x, y, signed);
    }

    function outOfBounds(bytes32 name, uint256 value) private pure returns (bytes memory) {
        return abi.encodeWithSelector(OutOfBounds.selector, name, value);
    }
}

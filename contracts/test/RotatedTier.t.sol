// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { RotationFixture } from "./RotationFixture.sol";

/// @notice What the council verified of some keys says nothing of others.
contract RotatedTierTest is RotationFixture {
    bytes32 private constant EVIDENCE = keccak256("evidence");
    address private constant EXAMINER = address(0xE1);
    uint8 private constant TIER = 3;

    function setUp() public {
        setUpRotation();
        declare();
    }

    function test_ARotationForgetsWhatWasVerified() public {
        verify(1);
        assertEq(registry.tierOf(1).counted, TIER, "verified");
        vm.expectEmit();
        emit TierVerified(1, 0, 0, address(0), 0);
        rotate(1, 101, noticeSec);
        assertEq(registry.tierOf(1).counted, 1, "as any declared one");
        assertEq(registry.tierOf(1).verifiedBy, address(0), "by nobody");
    }

    function test_ADecisionThatWaitedPassesForNoOtherKeys() public {
        rotate(1, 101, 0);
        assertEq(registry.tierOf(1).evidenceHash, 0, "the evidence was of other keys");
        vm.expectRevert(abi.encodeWithSelector(EvidenceChanged.selector, 1, EVIDENCE, 0));
        this.verify(1);
        // The operator may say the same of the new ones; the council has not.
        declare();
        vm.expectRevert(abi.encodeWithSelector(KeysChanged.selector, 1, duty(1), action(1)));
        this.verify(1);
        assertEq(registry.tierOf(1).counted, 1, "nothing is verified");
        verify(101);
        assertEq(registry.tierOf(1).counted, TIER, "of the keys that it looked at");
    }

    function test_NothingIsVerifiedWhileOtherKeysAreToCome() public {
        uint40 fromSec = rotate(1, 101, noticeSec);
        declare();
        expectChanged(1);
        expectChanged(101);
        vm.warp(fromSec);
        expectChanged(1);
        verify(101);
        assertEq(registry.tierOf(1).counted, TIER, "when they hold");
    }

    function test_ADecisionOnOneKeyIsNoneOnTheOther() public {
        (address dutyKey, address actionKey) = (duty(1), action(1));
        vm.startPrank(council);
        vm.expectRevert(abi.encodeWithSelector(KeysChanged.selector, 1, dutyKey, dutyKey));
        registry.verifyTier(1, TIER, EVIDENCE, dutyKey, dutyKey, EXAMINER, 0);
        vm.expectRevert(abi.encodeWithSelector(KeysChanged.selector, 1, actionKey, actionKey));
        registry.verifyTier(1, TIER, EVIDENCE, actionKey, actionKey, EXAMINER, 0);
        registry.verifyTier(1, 0, 0, address(0), address(0), address(0), 0);
    }

    function testFuzz_ANodeInServiceNeverFallsBelowItsRoles(uint8 minimum, bool atOnce) public {
        minimum = uint8(bound(minimum, 0, TIER));
        verify(1);
        vm.prank(council);
        registry.setMinimumKeyTier(1, minimum);
        bool enough = minimum <= 1;
        uint40 inSec = atOnce ? 0 : noticeSec;
        if (!enough) {
            uint8 roles = registry.node(1).roles;
            vm.expectRevert(abi.encodeWithSelector(KeyTierTooLow.selector, roles, 1, minimum));
            this.rotateAs(1, 101, atOnce ? 0 : uint40(block.timestamp) + noticeSec);
            assertEq(registry.tierOf(1).counted, TIER, "and nothing changed");
            setActive(1, false);
        }
        rotate(1, 101, inSec);
        assertTrue(registry.node(1).active == enough, "in service with what its roles ask, or not");
        vm.warp(block.timestamp + inSec);
        assertEq(registry.node(1).dutyKey, duty(101), "the new keys hold");
        if (enough) return;
        declare();
        verify(101);
        setActive(1, true);
        (uint32 nodeNo,,) = registry.actor(action(101));
        assertEq(nodeNo, 1, "verified anew, it serves again");
    }

    function declare() private {
        vm.prank(cold(1));
        registry.declareTier(1, TIER, EVIDENCE);
    }

    function expectChanged(uint32 label) private {
        bytes memory changed =
            abi.encodeWithSelector(KeysChanged.selector, 1, duty(label), action(label));
        vm.expectRevert(changed);
        this.verify(label);
    }

    /// @notice As the council that looked at these keys of node 1.
    function verify(uint32 label) public {
        (address dutyKey, address actionKey) = (duty(label), action(label));
        vm.prank(council);
        registry.verifyTier(1, TIER, EVIDENCE, dutyKey, actionKey, EXAMINER, 0);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { GovernanceFixture } from "./GovernanceFixture.sol";

/// @notice Guardians restrict, for a while, and can do nothing else.
contract GuardiansTest is GovernanceFixture {
    uint32 private constant DAY = 1 days;

    function setUp() public {
        setUpGovernance();
    }

    // -- agreeing ------------------------------------------------------------------------------

    function test_TwoOfThreePauseClaimsAndThePauseEndsByItself() public {
        vm.expectEmit();
        emit RestrictionProposed(1, guard(1), Restriction.PauseClaims, 0, DAY, "an attack");
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, DAY, "an attack");
        registry.claimant(action(1));
        uint40 untilSec = uint40(block.timestamp + DAY);
        vm.expectEmit();
        emit RestrictionSupported(no, guard(2), "indeed");
        vm.expectEmit();
        emit Restricted(no, untilSec);
        vm.expectEmit();
        emit ClaimsPausedUntil(untilSec, keccak256("indeed"));
        vm.prank(guard(2));
        governance.support(no, "indeed");
        assertEq(registry.head().pausedUntilSec, untilSec, "paused");
        vm.expectRevert(abi.encodeWithSelector(ClaimsPaused.selector, untilSec));
        registry.claimant(action(1));
        vm.warp(untilSec);
        registry.claimant(action(1));
        assertTrue(governance.act(no).applied, "applied");
        assertEq(governance.actCount(), 1, "one act");
    }

    function test_ASuspensionByGuardiansEndsByItself() public {
        (uint32 before,,) = registry.actor(action(3));
        assertEq(before, 3, "acts");
        restrict(Restriction.SuspendOperator, 3, 7 days);
        (uint32 during,,) = registry.actor(action(3));
        assertEq(during, 0, "acts no more");
        assertTrue(registry.operator(3).status == OperatorStatus.Suspended, "suspended");
        vm.warp(block.timestamp + 7 days);
        (uint32 after_,,) = registry.actor(action(3));
        assertEq(after_, 3, "acts again");
    }

    function test_AHeldSlashMovesLater() public {
        vm.prank(disputes);
        registry.slash(3, 1, 1, 1000);
        restrict(Restriction.HoldSlash, 1, 7 days);
        uint256 untilSec = block.timestamp + 7 days;
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, untilSec));
        registry.settleSlash(1);
        vm.warp(untilSec);
        registry.settleSlash(1);
        assertEq(registry.frozenWei(), 0, "moved");
    }

    function test_Revert_WhenNotAGuardianRestricts() public {
        address[3] memory others = [address(this), member(1), council];
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, DAY, "x");
        for (uint256 i; i < others.length; ++i) {
            bytes memory refused = abi.encodeWithSelector(NotMember.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refused);
            governance.restrict(Restriction.PauseClaims, 0, DAY, "x");
            vm.expectRevert(refused);
            governance.support(no, "x");
            vm.expectRevert(abi.encodeWithSelector(NotGuardian.selector, others[i]));
            registry.pauseClaims(uint40(block.timestamp + 1), 0);
            vm.expectRevert(abi.encodeWithSelector(NotGuardian.selector, others[i]));
            registry.suspend(1, uint40(block.timestamp + 1), 0);
            vm.stopPrank();
        }
    }

    function test_Revert_WhenAGuardianSupportsTwiceOrTooLateOrNothing() public {
        vm.startPrank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, DAY, "x");
        vm.expectRevert(abi.encodeWithSelector(AlreadyVoted.selector, no, guard(1)));
        governance.support(no, "x");
        vm.expectRevert(abi.encodeWithSelector(UnknownAct.selector, 9));
        governance.support(9, "x");
        vm.stopPrank();
        vm.warp(block.timestamp + 1 days);
        vm.prank(guard(2));
        vm.expectRevert(abi.encodeWithSelector(ActOver.selector, no));
        governance.support(no, "x");
        uint64 applied = restrict(Restriction.PauseClaims, 0, DAY);
        vm.prank(guard(3));
        vm.expectRevert(abi.encodeWithSelector(ActOver.selector, applied));
        governance.support(applied, "x");
    }

    function test_TheSupportOfARemovedGuardianStopsCounting() public {
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, DAY, "x");
        address[] memory added = group("new guardian", 1);
        vm.prank(address(timelock));
        governance.changeGuardians(only(guard(1)), added, GUARDIAN_THRESHOLD);
        vm.prank(guard(2));
        governance.support(no, "x");
        assertFalse(governance.act(no).applied, "one of those who are guardians now");
        vm.prank(added[0]);
        governance.support(no, "x");
        assertTrue(governance.act(no).applied, "two");
    }

    // -- what they cannot ----------------------------------------------------------------------

    function test_Revert_WhenTheGuardianDoesAnythingElse() public {
        bytes memory refused = abi.encodeWithSelector(NotCouncil.selector, address(governance));
        vm.startPrank(address(governance));
        vm.expectRevert(refused);
        registry.reinstate(1, 0);
        vm.expectRevert(refused);
        registry.remove(1, 0);
        vm.expectRevert(refused);
        registry.admit(address(1), address(2), "v", "n", "", "", "");
        vm.expectRevert(refused);
        registry.setParameters(devnetParameters());
        vm.expectRevert(refused);
        registry.payInsurance(address(1), 0, 0);
        vm.expectRevert(refused);
        registry.setGuardian(address(1));
        vm.expectRevert(refused);
        registry.setCouncil(address(1));
        vm.stopPrank();
    }

    function testFuzz_TheRegistryTakesFromAGuardianOnlyWhatRestrictsLongerAndNotForLong(
        uint40 untilSec,
        uint40 before
    ) public {
        before = uint40(bound(before, block.timestamp + 1, block.timestamp + 3 days));
        vm.prank(address(governance));
        registry.pauseClaims(before, 0);
        vm.prank(address(governance));
        if (untilSec <= before || untilSec > block.timestamp + 3 days) {
            vm.expectRevert(outOfBounds(untilSec));
        }
        registry.pauseClaims(untilSec, 0);

        before = uint40(bound(before, block.timestamp + 1, block.timestamp + 7 days));
        vm.prank(address(timelock));
        registry.suspend(2, before, 0);
        vm.prank(address(governance));
        if (untilSec <= before || untilSec > block.timestamp + 7 days) {
            vm.expectRevert(outOfBounds(untilSec));
        }
        registry.suspend(2, untilSec, 0);
    }

    function testFuzz_AHoldIsForAtMostSevenDays(uint40 untilSec) public {
        vm.prank(disputes);
        registry.slash(3, 1, 1, 1000);
        vm.prank(address(governance));
        if (untilSec <= block.timestamp || untilSec > block.timestamp + 7 days) {
            vm.expectRevert(outOfBounds(untilSec));
        }
        registry.holdSlash(1, untilSec);
        vm.expectRevert(abi.encodeWithSelector(UnknownSlash.selector, 2));
        registry.holdSlash(2, untilSec);
        vm.prank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(NotGuardian.selector, address(timelock)));
        registry.holdSlash(1, uint40(block.timestamp + 8 days));
    }

    function test_ARemovedOperatorIsNotBroughtBackByASuspension() public {
        vm.prank(address(timelock));
        registry.remove(3, 0);
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.SuspendOperator, 3, DAY, "x");
        vm.prank(guard(2));
        vm.expectRevert(outOfBounds(block.timestamp + DAY));
        governance.support(no, "x");
    }

    function testFuzz_DurationsStayInsideTheirBounds(uint8 which, uint32 durationSec) public {
        Restriction kind = Restriction(which % 3);
        uint256 longestSec = kind == Restriction.PauseClaims ? 3 days : 7 days;
        vm.prank(guard(1));
        if (durationSec == 0 || durationSec > longestSec) {
            vm.expectRevert(
                abi.encodeWithSelector(OutOfRange.selector, bytes32("durationSec"), durationSec)
            );
        }
        governance.restrict(kind, kind == Restriction.PauseClaims ? 0 : 1, durationSec, "x");
    }

    function test_Revert_WhenASubjectIsNone() public {
        vm.startPrank(guard(1));
        vm.expectRevert(abi.encodeWithSelector(OutOfRange.selector, bytes32("subject"), 1));
        governance.restrict(Restriction.PauseClaims, 1, DAY, "x");
        uint64 wide = uint64(type(uint32).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(OutOfRange.selector, bytes32("subject"), wide));
        governance.restrict(Restriction.SuspendOperator, wide, DAY, "x");
        vm.stopPrank();
    }

    // -- not for ever --------------------------------------------------------------------------

    function test_AfterTwoRenewalsAsMuchTimeMustPass() public {
        for (uint256 i; i < 3; ++i) {
            restrict(Restriction.PauseClaims, 0, 3 days);
            vm.warp(block.timestamp + 3 days);
        }
        uint256 restedAtSec = block.timestamp + 9 days;
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, 1, "x");
        vm.prank(guard(2));
        vm.expectRevert(abi.encodeWithSelector(TooManyRenewals.selector, restedAtSec));
        governance.support(no, "x");
        vm.warp(restedAtSec - 1);
        vm.prank(guard(1));
        no = governance.restrict(Restriction.PauseClaims, 0, 1, "x");
        vm.prank(guard(2));
        vm.expectRevert(abi.encodeWithSelector(TooManyRenewals.selector, restedAtSec));
        governance.support(no, "x");
        vm.warp(restedAtSec);
        restrict(Restriction.PauseClaims, 0, 3 days);
        (uint8 acts, uint40 untilSec) = governance.runOf(Restriction.PauseClaims, 0);
        assertEq(acts, 1, "from the beginning");
        assertEq(untilSec, block.timestamp + 3 days, "until");
    }

    /// @dev Whatever the guardians try, in any stretch of 36 days claims are paused for at most 18 of them.
    function testFuzz_ClaimsAreNeverPausedForMoreThanHalfOfTheTime(uint256 seed) public {
        uint256 fromSec = block.timestamp;
        uint256 pausedSec;
        while (block.timestamp < fromSec + 36 days) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.prank(guard(1));
            uint64 no = governance.restrict(
                Restriction.PauseClaims, 0, uint32(bound(seed, 1, 3 days)), "x"
            );
            vm.prank(guard(2));
            try governance.support(no, "x") { } catch { }
            uint256 stepSec = bound(seed >> 128, 1 hours, 2 days);
            uint256 paused = registry.head().pausedUntilSec;
            uint256 nextSec = block.timestamp + stepSec;
            if (paused > block.timestamp) {
                pausedSec += (paused < nextSec ? paused : nextSec) - block.timestamp;
            }
            vm.warp(nextSec);
        }
        assertTrue(pausedSec <= 18 days + 3 days, "half of the time, and one that began before");
    }

    function test_AtMostAThirdOfTheVerifiersIsSuspendedByGuardians() public {
        assertEq(registry.generationInfo(registry.generation()).verifiers, 7, "seven");
        restrict(Restriction.SuspendOperator, 1, 7 days);
        restrict(Restriction.SuspendOperator, 2, 3 days);
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.SuspendOperator, 3, DAY, "x");
        vm.prank(guard(2));
        vm.expectRevert(abi.encodeWithSelector(TooManySuspended.selector, 2));
        governance.support(no, "x");
        // A longer suspension of the same one takes no other place.
        restrict(Restriction.SuspendOperator, 2, 4 days);
        vm.warp(block.timestamp + 4 days);
        restrict(Restriction.SuspendOperator, 3, DAY);
        vm.prank(guard(1));
        no = governance.restrict(Restriction.SuspendOperator, 4, DAY, "x");
        vm.prank(guard(2));
        vm.expectRevert(abi.encodeWithSelector(TooManySuspended.selector, 2));
        governance.support(no, "x");
    }

    // -- the council lifts ---------------------------------------------------------------------

    function test_TheCouncilLiftsWhatGuardiansDid() public {
        restrict(Restriction.PauseClaims, 0, 3 days);
        restrict(Restriction.SuspendOperator, 1, 7 days);
        Call[] memory calls = new Call[](2);
        calls[0] =
            Call(address(registry), 0, abi.encodeCall(registry.pauseClaims, (0, "no attack")));
        calls[1] = Call(address(registry), 0, abi.encodeCall(registry.reinstate, (1, "no attack")));
        enact(calls);
        registry.claimant(action(1));
        (uint32 acts,,) = registry.actor(action(1));
        assertEq(acts, 1, "acts again");
    }

    function test_TheCouncilsPauseHasNoEndAndAGuardianCannotShortenIt() public {
        enact(
            call(
                address(registry),
                abi.encodeCall(registry.pauseClaims, (type(uint40).max, "next version"))
            )
        );
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, DAY, "x");
        vm.prank(guard(2));
        vm.expectRevert(outOfBounds(block.timestamp + DAY));
        governance.support(no, "x");
        assertEq(registry.head().pausedUntilSec, type(uint40).max, "for good");
    }

    function test_AnotherGuardianIsNamedByTheCouncil() public {
        assertEq(registry.guardian(), address(governance), "guardian");
        vm.prank(address(timelock));
        vm.expectEmit();
        emit GuardianChanged(address(0));
        registry.setGuardian(address(0));
        vm.prank(guard(1));
        uint64 no = governance.restrict(Restriction.PauseClaims, 0, DAY, "x");
        vm.prank(guard(2));
        vm.expectRevert(abi.encodeWithSelector(NotGuardian.selector, address(governance)));
        governance.support(no, "x");
    }

    function restrict(Restriction kind, uint64 subject, uint32 durationSec)
        private
        returns (uint64 no)
    {
        vm.prank(guard(1));
        no = governance.restrict(kind, subject, durationSec, "x");
        vm.prank(guard(2));
        governance.support(no, "x");
    }

    function outOfBounds(uint256 value) private pure returns (bytes memory) {
        return abi.encodeWithSelector(OutOfBounds.selector, bytes32("untilSec"), value);
    }
}

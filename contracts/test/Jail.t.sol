// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { RegistryFixture } from "./RegistryFixture.sol";

/// @notice What a grave fault costs besides money.
contract JailTest is RegistryFixture {
    uint16 private constant WRONG_STEP = 2;
    uint32 private constant TERM = 18_000;

    function setUp() public {
        setUpRegistry();
    }

    function test_AGraveFaultTakesClaimsAtOnceAndTheSeatFromTheNextGenerationOn() public {
        seat(7);
        uint32[] memory before = registry.verifiersOf(1);
        uint40 untilSec = uint40(block.timestamp) + TERM;
        vm.expectEmit();
        emit OperatorStatusChanged(3, OperatorStatus.Jailed, untilSec, bytes32(uint256(WRONG_STEP)));
        slash(3, WRONG_STEP);
        Operator memory found = registry.operator(3);
        assertTrue(found.status == OperatorStatus.Jailed, "status");
        assertEq(found.jailedUntilSec, untilSec, "until");
        assertActor(3, 0);
        // What is drawn stays drawn: the generation's list and the duties are what they were.
        assertEq(abi.encode(registry.verifiersOf(1)), abi.encode(before), "seats of now");
        (uint32 operatorNo,,) = registry.duty(3, type(uint40).max);
        assertEq(operatorNo, 3, "it still answers");

        next();
        assertEq(registry.verifierPosition(2, 3), 0, "no seat");
        assertEq(registry.verifiersOf(2).length, 6, "the others have");
        vm.warp(untilSec - 1);
        assertActor(3, 0);
        vm.warp(untilSec);
        assertActor(3, 3);
        assertTrue(registry.operator(3).status == OperatorStatus.Active, "over by itself");
        registry.openGeneration();
        assertEq(registry.verifierPosition(3, 3), 3, "a seat again");
    }

    function test_TheCouncilReinstatesAndCannotTwice() public {
        seat(7);
        slash(3, WRONG_STEP);
        vm.prank(council);
        registry.suspend(3, type(uint40).max, "why");
        vm.prank(council);
        registry.reinstate(3, "the vote was wrong");
        assertActor(3, 3);
        assertEq(registry.operator(3).jailedUntilSec, 0, "no term");
        vm.prank(council);
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 3, OperatorStatus.Active));
        registry.reinstate(3, "again");
        slash(4, WRONG_STEP);
        slash(5, WRONG_STEP);
        assertActor(5, 0);
    }

    function testFuzz_OnlyALieOrASecondAnswerJails(uint16 fault) public {
        seat(7);
        fault = uint16(bound(fault, 0, 300));
        slash(3, fault);
        bool grave = fault == 1 || fault == 2 || fault == 3 || fault == 6 || fault == 7
            || fault == 8 || fault == 15 || fault == 16;
        assertActor(3, grave ? 0 : 3);
    }

    function testFuzz_HoweverManyAreFoundGuiltyTheNetworkGoesOn(uint8 size, uint256 order) public {
        uint32 count = uint32(bound(size, 4, 20));
        seat(count);
        uint256 jailed;
        for (uint32 i; i < count; ++i) {
            uint32 operatorNo = uint32((order % count + i) % count) + 1;
            slash(operatorNo, WRONG_STEP);
            if (registry.operator(operatorNo).status == OperatorStatus.Jailed) ++jailed;
        }
        uint256 most = count == 4 ? 0 : (count - 1) / 3;
        assertEq(jailed, most, "a third, and never below a committee");
        if (jailed == 0) return;
        next();
        assertEq(registry.verifiersOf(2).length, count - jailed, "the rest have seats");
        assertEq(registry.executorsOf(2).length, count - jailed, "and may claim");
    }

    function test_OneTooManyIsToldAndThoseWhoAreFreeMakeRoom() public {
        seat(5);
        slash(1, WRONG_STEP);
        vm.expectEmit();
        emit JailSpared(2, WRONG_STEP);
        slash(2, WRONG_STEP);
        assertActor(2, 2);
        // Once more guilty, the one in jail sits longer, and takes no more room.
        vm.warp(block.timestamp + 100);
        slash(1, WRONG_STEP);
        assertEq(registry.operator(1).jailedUntilSec, block.timestamp + TERM, "longer");
        vm.prank(council);
        registry.reinstate(1, 0);
        slash(2, WRONG_STEP);
        assertActor(2, 0);
    }

    function test_AShorterUnbondingTimeShortensNoTerm() public {
        seat(7);
        slash(3, WRONG_STEP);
        uint40 untilSec = registry.operator(3).jailedUntilSec;
        Parameters memory changed = devnetParameters();
        changed.unbondingSec = 16_000;
        vm.prank(council);
        registry.setParameters(changed);
        slash(3, WRONG_STEP);
        assertEq(registry.operator(3).jailedUntilSec, untilSec, "as it was");
    }

    function test_AnOperatorInJailMayLeaveWithWhatIsLeft() public {
        seat(7);
        slash(3, WRONG_STEP);
        vm.prank(cold(3));
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 3, OperatorStatus.Jailed));
        registry.withdrawBond(3);
        vm.prank(cold(3));
        registry.requestExit(3);
        assertTrue(registry.operator(3).status == OperatorStatus.Exiting, "exiting");
        assertActor(3, 0);
        next();
        vm.warp(registry.operator(3).exitAtSec);
        vm.prank(cold(3));
        registry.withdrawBond(3);
        assertEq(payout(3).balance, BOND * 4 / 5, "four fifths");
    }

    function next() private {
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
    }

    function slash(uint32 operatorNo, uint16 fault) private {
        vm.prank(disputes);
        registry.slash(operatorNo, 0, fault, 2000);
    }

    function assertActor(uint32 label, uint32 expected) private {
        (uint32 nodeNo,,) = registry.actor(action(label));
        assertEq(nodeNo, expected, "actor");
    }
}

/// @notice Faults, terms, pardons and generations at random.
contract JailActor is RegistryFixture {
    uint32 public constant OPERATORS = 9;

    function start() external {
        setUpRegistry();
        seat(OPERATORS);
    }

    function slash(uint32 who, uint16 fault) external {
        vm.prank(disputes);
        registry.slash(pick(who), 0, fault % 23, 0);
    }

    function pardon(uint32 who) external {
        vm.prank(council);
        registry.reinstate(pick(who), 0);
    }

    function silence(uint32 who) external {
        vm.prank(executions);
        registry.sitOut(pick(who));
    }

    function pass(uint256 secs) external {
        vm.warp(block.timestamp + bound(secs, 1, 10_000));
        try registry.openGeneration() { } catch { }
    }

    function inJail() external view returns (uint256 count) {
        for (uint32 i = 1; i <= OPERATORS; ++i) {
            if (registry.operator(i).jailedUntilSec > block.timestamp) ++count;
        }
    }

    function actsInJail() external returns (bool acts) {
        for (uint32 i = 1; i <= OPERATORS; ++i) {
            (uint32 nodeNo,,) = registry.actor(action(i));
            bool jailed = registry.operator(i).jailedUntilSec > block.timestamp;
            acts = acts || jailed == (nodeNo != 0);
        }
    }

    function seats() external view returns (uint256 executors, uint256 verifiers) {
        uint32 newest = registry.generation();
        return (registry.executorsOf(newest).length, registry.verifiersOf(newest).length);
    }

    function pick(uint32 who) private pure returns (uint32) {
        return 1 + who % OPERATORS;
    }
}

contract JailInvariantTest is RegistryFixture {
    JailActor private actor;

    function setUp() public {
        actor = new JailActor();
        actor.start();
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = JailActor.slash.selector;
        selectors[1] = JailActor.pardon.selector;
        selectors[2] = JailActor.silence.selector;
        selectors[3] = JailActor.pass.selector;
        targetContract(address(actor));
        targetSelector(address(actor), selectors);
    }

    function invariant_NeverMoreThanAThirdSitAndACommitteeIsLeft() public view {
        assertWithin(actor.inJail(), 0, 2, "in jail");
        (uint256 executors, uint256 verifiers) = actor.seats();
        assertWithin(verifiers, 4, 9, "verifiers");
        assertWithin(executors, 4, 9, "executors");
    }

    function invariant_WhoIsInJailAndNobodyElseCannotAct() public {
        assertFalse(actor.actsInJail(), "acts");
    }
}

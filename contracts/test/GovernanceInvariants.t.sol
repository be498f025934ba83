// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { GovernanceFixture } from "./GovernanceFixture.sol";

/// @notice Members, guardians, strangers and the operators do what comes to their minds; and what they saw.
contract GovernanceActors is GovernanceFixture {
    struct Watched {
        uint64 no;
        Call[] calls;
        uint40 approvedAtSec;
        uint256 executions;
    }

    Watched[] private _watched;
    uint32 private _newcomers;
    uint32 private _sequence;
    /// @dev Operators that asked to leave, and when their last seat ended.
    mapping(uint32 operatorNo => uint256) public leftAtSec;
    /// @dev How often something happened that must not.
    uint256 public wrongs;
    uint256 public paidTooEarly;
    bytes32 public rulesSeen;
    bytes32 public membersSeen;
    mapping(string what => uint256) public happened;

    function start() external {
        setUpGovernance();
        look();
    }

    /// @dev What only an executed proposal may change.
    function look() public {
        (rulesSeen, membersSeen) = (rulesNow(), membersNow());
    }

    function rulesNow() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                registry.parameters(),
                registry.minimumKeyTier(1),
                registry.minimumKeyTier(2),
                registry.council(),
                registry.guardian(),
                registry.operatorCount(),
                timelock.getMinDelay()
            )
        );
    }

    function membersNow() public view returns (bytes32) {
        (address[] memory members, uint8 threshold) = governance.council();
        (address[] memory guards, uint8 guardThreshold) = governance.guardians();
        (uint32 votingSec, uint32 graceSec) = governance.periods();
        return
            keccak256(abi.encode(members, threshold, guards, guardThreshold, votingSec, graceSec));
    }

    function wait(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 2 days));
    }

    function propose(uint256 who, uint256 what) external {
        Call[] memory calls = someCalls(what);
        vm.prank(someone(who));
        try governance.propose(calls, 0, "because") returns (uint64 no) {
            if (!isMember(who)) ++wrongs;
            Watched storage seen = _watched.push();
            seen.no = no;
            for (uint256 i; i < calls.length; ++i) {
                seen.calls.push(calls[i]);
            }
            ++happened["propose"];
            if (what % 2 == 0) pass(seen);
        } catch { }
    }

    /// @dev All members that may approve, and it is queued: else few proposals of a short run came so far.
    function pass(Watched storage seen) private {
        (address[] memory members,) = governance.council();
        for (uint256 i; i < members.length; ++i) {
            vm.prank(members[i]);
            try governance.approve(seen.no, "yes") { } catch { }
        }
        governance.queue(seen.no, seen.calls);
        seen.approvedAtSec = uint40(block.timestamp);
        ++happened["queue"];
    }

    function approve(uint256 who, uint256 which) external {
        if (_watched.length == 0) return;
        vm.prank(someone(who));
        try governance.approve(pick(which).no, "yes") {
            if (!isMember(who)) ++wrongs;
            ++happened["approve"];
        } catch { }
    }

    /// @dev Now and then all do.
    function object(uint256 who, uint256 which) external {
        if (_watched.length == 0 || who % 3 != 0) return;
        uint64 no = pick(which).no;
        (address[] memory members,) = governance.council();
        uint256 count = who % 2 == 0 ? members.length : 1;
        for (uint256 i; i < count; ++i) {
            vm.prank(members[i]);
            try governance.object(no, "no") {
                ++happened["object"];
            } catch { }
        }
    }

    function queue(uint256 which) external {
        if (_watched.length == 0) return;
        Watched storage seen = pick(which);
        (uint256 approving,, uint256 needed) = governance.tally(seen.no);
        (, uint8 threshold) = governance.council();
        try governance.queue(seen.no, seen.calls) {
            if (approving < needed || approving < threshold) ++wrongs;
            if (seen.approvedAtSec != 0) ++wrongs;
            seen.approvedAtSec = uint40(block.timestamp);
            ++happened["queue"];
        } catch { }
    }

    function executeSome(uint256 which) external {
        if (_watched.length == 0) return;
        Watched storage seen = pick(which);
        try this.executeExternally(seen.no, seen.calls) {
            ++seen.executions;
            if (seen.approvedAtSec == 0) ++wrongs;
            if (block.timestamp < seen.approvedAtSec + DELAY) ++wrongs;
            look();
            ++happened["execute"];
        } catch { }
    }

    function cancel(uint256 which) external {
        if (_watched.length == 0) return;
        try governance.cancel(pick(which).no) {
            ++happened["cancel"];
        } catch { }
    }

    function restrict(uint256 who, uint256 what, uint256 seconds_) external {
        Restriction kind = Restriction(what % 2);
        uint64 subject = kind == Restriction.PauseClaims ? 0 : uint64(1 + what % 7);
        vm.prank(guard(uint32(bound(who, 1, GUARDIANS + 1))));
        try governance.restrict(kind, subject, uint32(bound(seconds_, 1, 8 days)), "x") {
            ++happened["restrict"];
        } catch { }
    }

    function support(uint256 who, uint256 which) external {
        uint64 count = governance.actCount();
        if (count == 0) return;
        uint64 actNo = uint64(which % 4 == 0 ? bound(which, 1, count) : count);
        vm.prank(guard(uint32(bound(who, 1, GUARDIANS + 1))));
        try governance.support(actNo, "x") {
            ++happened["support"];
        } catch { }
    }

    /// @dev Of what nobody but the timelock or the guardian may call.
    function trespass(uint256 who, uint256 what) external {
        address intruder = someone(who);
        vm.startPrank(intruder);
        Call[] memory calls = someCalls(what);
        (bool done,) = calls[0].target.call(calls[0].data);
        if (done) ++wrongs;
        vm.stopPrank();
    }

    function depart(uint256 who) external {
        uint32 operatorNo = uint32(bound(who, 1, 7));
        vm.prank(cold(operatorNo));
        try registry.requestExit(operatorNo) {
            ++happened["depart"];
        } catch { }
    }

    function open() external {
        try registry.openGeneration() {
            for (uint32 no = 1; no <= 7; ++no) {
                bool leaving = registry.operator(no).status == OperatorStatus.Exiting;
                if (leaving && leftAtSec[no] == 0) leftAtSec[no] = block.timestamp;
            }
            ++happened["generation"];
        } catch { }
    }

    function withdraw(uint256 who) external {
        uint32 operatorNo = uint32(bound(who, 1, 7));
        vm.prank(cold(operatorNo));
        try registry.withdrawBond(operatorNo) {
            uint256 unbondingSec = registry.parameters().unbondingSec;
            if (block.timestamp < leftAtSec[operatorNo] + unbondingSec) ++paidTooEarly;
            ++happened["withdraw"];
        } catch { }
    }

    function executeExternally(uint64 proposalNo, Call[] calldata calls) external {
        execute(proposalNo, calls);
    }

    function watchedCount() external view returns (uint256) {
        return _watched.length;
    }

    function executionsOf(uint256 index) external view returns (uint256) {
        return _watched[index].executions;
    }

    function pausedUntilSec() external view returns (uint256) {
        return registry.head().pausedUntilSec;
    }

    function suspendedUntilSec(uint32 operatorNo) external view returns (uint256) {
        return registry.operator(operatorNo).suspendedUntilSec;
    }

    /// @dev Half of the time a member; else a guardian, the deployer or a stranger.
    function someone(uint256 who) private view returns (address) {
        if (isMember(who)) {
            (address[] memory members,) = governance.council();
            return members[(who >> 8) % members.length];
        }
        address[3] memory others = [guard(1), council, address(0xBAD)];
        return others[(who >> 8) % 3];
    }

    function isMember(uint256 who) private pure returns (bool) {
        return who % 4 != 0;
    }

    function pick(uint256 which) private view returns (Watched storage) {
        uint256 count = _watched.length;
        uint256 back = which % (count < 3 ? count : 3);
        return _watched[count - 1 - back];
    }

    function someCalls(uint256 what) private returns (Call[] memory) {
        uint256 choice = what % 5;
        if (choice == 0) return tierCall(uint8((what >> 8) % 5));
        if (choice == 1) {
            Parameters memory given = devnetParameters();
            given.unbondingSec = uint32(bound(what >> 8, 18_000, 60 days));
            return call(address(registry), abi.encodeCall(registry.setParameters, (given)));
        }
        if (choice == 2) {
            address[] memory added = only(person("newcomer", ++_newcomers));
            (address[] memory members,) = governance.council();
            address[] memory removed = only(members[(what >> 8) % members.length]);
            return call(
                address(governance),
                abi.encodeCall(governance.changeCouncil, (removed, added, THRESHOLD))
            );
        }
        if (choice == 3) {
            uint256 delaySec = bound(what >> 8, DELAY, 3 days);
            return call(address(timelock), abi.encodeCall(timelock.updateDelay, (delaySec)));
        }
        return call(
            address(registry),
            abi.encodeCall(
                registry.admit, (person("cold", ++_sequence), address(9), "v", "name", "", "", "")
            )
        );
    }
}

/// @notice What holds whatever they do.
contract GovernanceInvariantsTest is GovernanceFixture {
    GovernanceActors private _actors;

    function setUp() public {
        _actors = new GovernanceActors();
        _actors.start();
        targetContract(address(_actors));
        bytes4[] memory selectors = new bytes4[](13);
        selectors[0] = _actors.wait.selector;
        selectors[1] = _actors.propose.selector;
        selectors[2] = _actors.approve.selector;
        selectors[3] = _actors.object.selector;
        selectors[4] = _actors.queue.selector;
        selectors[5] = _actors.executeSome.selector;
        selectors[6] = _actors.cancel.selector;
        selectors[7] = _actors.restrict.selector;
        selectors[8] = _actors.support.selector;
        selectors[9] = _actors.trespass.selector;
        selectors[10] = _actors.depart.selector;
        selectors[11] = _actors.open.selector;
        selectors[12] = _actors.withdraw.selector;
        targetSelector(address(_actors), selectors);
    }

    function invariant_OnlyAnExecutedProposalChangesRules() public view {
        assertEq(_actors.rulesNow(), _actors.rulesSeen(), "rules");
    }

    function invariant_TheCouncilChangesOnlyByItsOwnDecision() public view {
        assertEq(_actors.membersNow(), _actors.membersSeen(), "members");
    }

    function invariant_AProposalIsExecutedAtMostOnceAfterThresholdAndDelay() public view {
        assertEq(_actors.wrongs(), 0, "nothing wrong");
        uint256 count = _actors.watchedCount();
        for (uint256 i; i < count; ++i) {
            assertTrue(_actors.executionsOf(i) <= 1, "at most once");
        }
    }

    function invariant_WhatGuardiansRestrictEndsByItself() public view {
        assertTrue(_actors.pausedUntilSec() <= block.timestamp + 3 days, "a pause");
        for (uint32 no = 1; no <= 7; ++no) {
            assertTrue(_actors.suspendedUntilSec(no) <= block.timestamp + 7 days, "a suspension");
        }
    }

    function invariant_NoBondIsPaidBeforeEveryWindowEnded() public view {
        assertEq(_actors.paidTooEarly(), 0, "paid too early");
    }

    /// @dev The handlers reach every stage; else the invariants above would say little.
    function test_TheActorsReachEveryStage() public {
        for (uint256 i; i < 1200; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            uint256 choice = dice % 13;
            dice >>= 8;
            if (choice == 0) _actors.wait(dice);
            if (choice == 1) _actors.propose(dice, dice >> 64);
            if (choice == 2) _actors.approve(dice, dice >> 64);
            if (choice == 3) _actors.object(dice, dice >> 64);
            if (choice == 4) _actors.queue(dice);
            if (choice == 5) _actors.executeSome(dice);
            if (choice == 6) _actors.cancel(dice);
            if (choice == 7) _actors.restrict(dice, dice >> 64, dice >> 128);
            if (choice == 8) _actors.support(dice, dice >> 64);
            if (choice == 9) _actors.trespass(dice, dice >> 64);
            if (choice == 10 && dice % 8 == 0) _actors.depart(dice >> 64);
            if (choice == 11) _actors.open();
            if (choice == 12) _actors.withdraw(dice);
        }
        string[11] memory stages = [
            "propose",
            "approve",
            "object",
            "queue",
            "execute",
            "cancel",
            "restrict",
            "support",
            "depart",
            "generation",
            "withdraw"
        ];
        for (uint256 i; i < stages.length; ++i) {
            assertTrue(_actors.happened(stages[i]) > 0, stages[i]);
        }
        invariant_OnlyAnExecutedProposalChangesRules();
        invariant_TheCouncilChangesOnlyByItsOwnDecision();
        invariant_AProposalIsExecutedAtMostOnceAfterThresholdAndDelay();
        invariant_NoBondIsPaidBeforeEveryWindowEnded();
    }
}

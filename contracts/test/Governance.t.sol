// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Governance } from "../src/Governance.sol";
import { Timelock } from "../src/Timelock.sol";
import { GovernanceFixture } from "./GovernanceFixture.sol";
import { TimelockController } from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice Comes back into governance and timelock while it is being executed.
contract Reentrant {
    Governance private immutable _governance;
    Timelock private immutable _timelock;
    uint64 private _proposalNo;
    bytes private _own;
    uint256 public runs;
    uint256 public refused;

    constructor(Governance governance, Timelock timelock) {
        (_governance, _timelock) = (governance, timelock);
    }

    function aim(uint64 proposalNo, bytes calldata own) external {
        (_proposalNo, _own) = (proposalNo, own);
    }

    function run() external {
        ++runs;
        // The first run only: what comes in again would come in for ever.
        if (runs > 1) return;
        (bool again,) = address(_timelock).call(_own);
        if (!again) ++refused;
        try _governance.cancel(_proposalNo) { }
        catch {
            ++refused;
        }
    }
}

/// @notice The council's proposals, and what stands between them and the registry.
contract GovernanceTest is GovernanceFixture {
    bytes32 private constant ADMIN = 0;

    function setUp() public {
        setUpGovernance();
    }

    // -- who rules -----------------------------------------------------------------------------

    function test_TheTimelockAdministersItselfAndNobodyElseHoldsARole() public view {
        bytes32 proposer = timelock.PROPOSER_ROLE();
        bytes32 canceller = timelock.CANCELLER_ROLE();
        bytes32 executor = timelock.EXECUTOR_ROLE();
        assertTrue(timelock.hasRole(ADMIN, address(timelock)), "itself");
        assertTrue(timelock.hasRole(proposer, address(governance)), "proposer");
        assertTrue(timelock.hasRole(canceller, address(governance)), "canceller");
        assertTrue(timelock.hasRole(executor, address(0)), "anyone executes");
        address[4] memory others = [address(this), council, member(1), guard(1)];
        bytes32[4] memory roles = [ADMIN, proposer, canceller, executor];
        for (uint256 i; i < others.length; ++i) {
            for (uint256 j; j < roles.length; ++j) {
                assertFalse(timelock.hasRole(roles[j], others[i]), "nobody else");
            }
        }
        assertFalse(timelock.hasRole(ADMIN, address(governance)), "nor the governance");
    }

    function test_Revert_WhenTheDeployerComesBack() public {
        bytes32 proposer = timelock.PROPOSER_ROLE();
        vm.startPrank(council);
        vm.expectRevert(abi.encodeWithSelector(NotCouncil.selector, council));
        registry.setMinimumKeyTier(1, 1);
        vm.expectRevert(abi.encodeWithSelector(NotCouncil.selector, council));
        registry.setCouncil(council);
        vm.expectRevert();
        timelock.grantRole(proposer, council);
        vm.expectRevert();
        timelock.schedule(address(registry), 0, "", 0, 0, DELAY);
        vm.stopPrank();
    }

    function test_Revert_WhenNotTheTimelockChangesGovernance() public {
        address[3] memory others = [address(this), member(1), guard(1)];
        for (uint256 i; i < others.length; ++i) {
            bytes memory refused = abi.encodeWithSelector(NotTimelock.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refused);
            governance.changeCouncil(none(), none(), 3);
            vm.expectRevert(refused);
            governance.changeGuardians(none(), none(), 2);
            vm.expectRevert(refused);
            governance.setPeriods(1 days, 1 days);
            vm.expectRevert(refused);
            governance.setDelay(address(1), bytes4(0), 1);
            vm.stopPrank();
        }
    }

    // -- the way of a proposal -----------------------------------------------------------------

    function test_AProposalIsDecidedQueuedAndExecuted() public {
        Call[] memory calls = tierCall(2);
        uint64 no = proposed(calls);
        requireState(no, ProposalState.Open, "open");
        approveAs(2, no);
        requireState(no, ProposalState.Open, "two of three");
        vm.expectEmit();
        emit Approved(no, member(3), "I agree");
        approveAs(3, no);
        requireState(no, ProposalState.Approved, "three");
        governance.queue(no, calls);
        requireState(no, ProposalState.Queued, "queued");
        vm.warp(block.timestamp + DELAY);
        execute(no, calls);
        requireState(no, ProposalState.Executed, "executed");
        assertEq(registry.minimumKeyTier(1), 2, "done");
        assertTrue(governance.hasApproved(no, member(2)), "who approved");
        assertFalse(governance.hasApproved(no, member(4)), "who did not");
        assertEq(governance.proposalCount(), 1, "one");
    }

    function test_TheReasonsStandInTheEvents() public {
        Call[] memory calls = tierCall(2);
        vm.expectEmit();
        uint40 endsSec = uint40(block.timestamp + VOTING);
        emit Proposed(1, member(1), calls, 5, THRESHOLD, endsSec, "keys were stolen elsewhere");
        vm.prank(member(1));
        governance.propose(calls, 5, "keys were stolen elsewhere");
        vm.expectEmit();
        emit Objected(1, member(4), "too early");
        vm.prank(member(4));
        governance.object(1, "too early");
    }

    function test_Revert_WhenAReasonIsEmptyOrTooLong() public {
        Call[] memory calls = tierCall(2);
        string memory long = string(new bytes(1025));
        vm.startPrank(member(1));
        vm.expectRevert(abi.encodeWithSelector(BadReason.selector, 0));
        governance.propose(calls, 0, "");
        vm.expectRevert(abi.encodeWithSelector(BadReason.selector, 1025));
        governance.propose(calls, 0, long);
        uint64 no = governance.propose(calls, 0, string(new bytes(1024)));
        vm.stopPrank();
        vm.startPrank(member(2));
        vm.expectRevert(abi.encodeWithSelector(BadReason.selector, 0));
        governance.approve(no, "");
        vm.expectRevert(abi.encodeWithSelector(BadReason.selector, 1025));
        governance.object(no, long);
        vm.stopPrank();
    }

    function test_Revert_WhenAStrangerSpeaks() public {
        Call[] memory calls = tierCall(2);
        bytes memory refused = abi.encodeWithSelector(NotMember.selector, guard(1));
        uint64 no = proposed(calls);
        vm.startPrank(guard(1));
        vm.expectRevert(refused);
        governance.propose(calls, 0, "x");
        vm.expectRevert(refused);
        governance.approve(no, "x");
        vm.expectRevert(refused);
        governance.object(no, "x");
        vm.stopPrank();
    }

    function test_Revert_WhenThereAreNoCallsOrTooMany() public {
        vm.startPrank(member(1));
        vm.expectRevert(abi.encodeWithSelector(BadCalls.selector, 0));
        governance.propose(new Call[](0), 0, "x");
        vm.expectRevert(abi.encodeWithSelector(BadCalls.selector, 33));
        governance.propose(new Call[](33), 0, "x");
        vm.expectRevert(
            abi.encodeWithSelector(OutOfRange.selector, bytes32("delaySec"), 30 days + 1)
        );
        governance.propose(tierCall(1), 30 days + 1, "x");
        vm.stopPrank();
    }

    function test_Revert_WhenAMemberVotesTwice() public {
        uint64 no = proposed(tierCall(2));
        bytes memory twice = abi.encodeWithSelector(AlreadyVoted.selector, no, member(1));
        vm.startPrank(member(1));
        vm.expectRevert(twice);
        governance.approve(no, "x");
        governance.object(no, "I was wrong");
        vm.expectRevert(twice);
        governance.object(no, "x");
        vm.expectRevert(twice);
        governance.approve(no, "x");
        vm.stopPrank();
        (uint256 approving, uint256 objecting, uint256 needed) = governance.tally(no);
        assertEq(approving, 0, "taken back");
        assertEq(objecting, 1, "objects");
        assertEq(needed, THRESHOLD, "needed");
        assertTrue(governance.hasObjected(no, member(1)), "who objected");
    }

    function test_Revert_WhenOtherCallsAreQueued() public {
        uint64 no = approved(tierCall(2));
        vm.expectRevert(abi.encodeWithSelector(OtherCalls.selector, no));
        governance.queue(no, tierCall(3));
    }

    function test_Revert_WhenTheThresholdIsNotReached() public {
        Call[] memory calls = tierCall(2);
        uint64 no = proposed(calls);
        approveAs(2, no);
        vm.expectRevert(wrongState(no, ProposalState.Open));
        governance.queue(no, calls);
        vm.expectRevert(wrongState(99, ProposalState.None));
        governance.queue(99, calls);
    }

    // -- at most once --------------------------------------------------------------------------

    function test_Revert_WhenAProposalIsReplayed() public {
        Call[] memory calls = tierCall(2);
        uint64 no = enact(calls);
        bytes32 id = governance.proposal(no).operationId;
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                id,
                bytes32(uint256(1) << uint8(TimelockController.OperationState.Ready))
            )
        );
        this.executeExternally(no, calls);
        vm.expectRevert(wrongState(no, ProposalState.Executed));
        governance.queue(no, calls);
        vm.expectRevert(wrongState(no, ProposalState.Executed));
        governance.cancel(no);
        vm.prank(member(4));
        vm.expectRevert(wrongState(no, ProposalState.Executed));
        governance.object(no, "x");
        // The same again needs votes again, and is another operation.
        uint64 again = enact(calls);
        assertTrue(governance.proposal(again).operationId != id, "another");
    }

    function test_Revert_WhenItIsQueuedTwice() public {
        Call[] memory calls = tierCall(2);
        uint64 no = queued(calls);
        vm.expectRevert(wrongState(no, ProposalState.Queued));
        governance.queue(no, calls);
        vm.prank(member(4));
        vm.expectRevert(wrongState(no, ProposalState.Queued));
        governance.approve(no, "late");
    }

    function test_AReentrantTargetRunsOnce() public {
        Reentrant target = new Reentrant(governance, timelock);
        Call[] memory calls = call(address(target), abi.encodeCall(target.run, ()));
        uint64 no = queued(calls);
        address[] memory targets = only(address(target));
        uint256[] memory values = new uint256[](1);
        bytes[] memory payloads = new bytes[](1);
        payloads[0] = calls[0].data;
        bytes32 salt = governance.saltOf(no);
        bytes memory own =
            abi.encodeCall(timelock.executeBatch, (targets, values, payloads, 0, salt));
        target.aim(no, own);
        vm.warp(block.timestamp + DELAY);
        // OpenZeppelin's reverts as a whole when the operation was executed within itself.
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        this.executeExternally(no, calls);
        assertEq(target.runs(), 0, "nothing stays of it");
        requireState(no, ProposalState.Queued, "still there");
    }

    // -- times ---------------------------------------------------------------------------------

    function testFuzz_NothingIsExecutedBeforeItsDelay(uint256 asked, uint256 early) public {
        uint32 askedSec = uint32(bound(asked, 0, 30 days));
        Call[] memory calls = tierCall(2);
        vm.prank(member(1));
        uint64 no = governance.propose(calls, askedSec, "x");
        approveAs(2, no);
        approveAs(3, no);
        uint256 delaySec = askedSec > DELAY ? askedSec : DELAY;
        uint256 readyAtSec = block.timestamp + delaySec;
        governance.queue(no, calls);
        vm.warp(bound(early, block.timestamp, readyAtSec - 1));
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        this.executeExternally(no, calls);
        vm.warp(readyAtSec);
        execute(no, calls);
        assertEq(registry.minimumKeyTier(1), 2, "done");
    }

    function test_ACallWithALongerDelayOfItsOwnWaitsForIt() public {
        Call[] memory calls =
            call(address(registry), abi.encodeCall(registry.setParameters, (devnetParameters())));
        uint64 no = queued(calls);
        vm.warp(block.timestamp + PARAMETER_DELAY - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        this.executeExternally(no, calls);
        vm.warp(block.timestamp + 1);
        execute(no, calls);
    }

    function test_ShorteningADelayWaitsAsLongAsTheDelay() public {
        bytes4 selector = registry.setParameters.selector;
        Call[] memory calls = call(
            address(governance),
            abi.encodeCall(governance.setDelay, (address(registry), selector, 0))
        );
        uint64 no = queued(calls);
        uint256 readyAtSec = timelock.getTimestamp(governance.proposal(no).operationId);
        assertEq(readyAtSec, block.timestamp + PARAMETER_DELAY, "waits");
        vm.warp(readyAtSec);
        execute(no, calls);
        assertEq(governance.delayOf(address(registry), selector), 0, "changed");
    }

    function testFuzz_VotesEndAtTheExpiry(uint256 after_) public {
        uint64 no = proposed(tierCall(2));
        approveAs(2, no);
        uint256 endsSec = block.timestamp + VOTING;
        vm.warp(endsSec - 1);
        approveAs(3, no);
        requireState(no, ProposalState.Approved, "in the last second");
        vm.warp(bound(after_, endsSec, endsSec + 365 days));
        requireState(no, ProposalState.Expired, "expired");
        bytes memory refused = wrongState(no, ProposalState.Expired);
        vm.expectRevert(refused);
        governance.queue(no, tierCall(2));
        vm.startPrank(member(4));
        vm.expectRevert(refused);
        governance.approve(no, "x");
        vm.expectRevert(refused);
        governance.object(no, "x");
        vm.stopPrank();
    }

    function testFuzz_AStaleProposalCanBeCancelledByAnyone(uint256 late) public {
        Call[] memory calls = tierCall(2);
        uint64 no = queued(calls);
        uint256 staleAtSec = block.timestamp + DELAY + GRACE;
        vm.warp(staleAtSec - 1);
        vm.expectRevert(abi.encodeWithSelector(StillSupported.selector, no));
        governance.cancel(no);
        vm.warp(bound(late, staleAtSec, staleAtSec + 365 days));
        vm.expectEmit();
        emit ProposalCancelled(no, true);
        governance.cancel(no);
        requireState(no, ProposalState.Cancelled, "cancelled");
        vm.expectRevert();
        this.executeExternally(no, calls);
    }

    // -- objections ----------------------------------------------------------------------------

    function test_ABlockingMinorityRejectsAndAlsoCancels() public {
        Call[] memory calls = tierCall(2);
        uint64 no = proposed(calls);
        objectAs(3, no);
        objectAs(4, no);
        requireState(no, ProposalState.Open, "three are left");
        objectAs(5, no);
        requireState(no, ProposalState.Rejected, "two are left");
        vm.prank(member(2));
        vm.expectRevert(wrongState(no, ProposalState.Rejected));
        governance.approve(no, "x");

        uint64 passed = queued(calls);
        objectAs(3, passed);
        objectAs(4, passed);
        vm.expectRevert(abi.encodeWithSelector(StillSupported.selector, passed));
        governance.cancel(passed);
        objectAs(5, passed);
        vm.expectEmit();
        emit ProposalCancelled(passed, false);
        governance.cancel(passed);
        requireState(passed, ProposalState.Cancelled, "cancelled");
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert();
        this.executeExternally(passed, calls);
        assertEq(registry.minimumKeyTier(1), 0, "never done");
    }

    // -- members -------------------------------------------------------------------------------

    function test_TheVoteOfARemovedMemberStopsCounting() public {
        Call[] memory calls = tierCall(2);
        uint64 removal = queued(
            call(
                address(governance),
                abi.encodeCall(governance.changeCouncil, (only(member(2)), none(), THRESHOLD))
            )
        );
        Call[] memory removing = call(
            address(governance),
            abi.encodeCall(governance.changeCouncil, (only(member(2)), none(), THRESHOLD))
        );
        uint64 no = approved(calls);
        requireState(no, ProposalState.Approved, "with the vote");
        vm.warp(block.timestamp + DELAY);
        execute(removal, removing);
        requireState(no, ProposalState.Open, "without it");
        vm.expectRevert(wrongState(no, ProposalState.Open));
        governance.queue(no, calls);
        vm.prank(member(2));
        vm.expectRevert(abi.encodeWithSelector(NotMember.selector, member(2)));
        governance.approve(no, "x");
        approveAs(4, no);
        requireState(no, ProposalState.Approved, "another instead");
    }

    function test_WhoComesBackVotesAnew() public {
        uint64 no = approved(tierCall(2));
        vm.startPrank(address(timelock));
        governance.changeCouncil(only(member(2)), none(), THRESHOLD);
        governance.changeCouncil(none(), only(member(2)), THRESHOLD);
        vm.stopPrank();
        assertFalse(governance.hasApproved(no, member(2)), "the seat is a new one");
        requireState(no, ProposalState.Open, "the old vote does not count");
        approveAs(2, no);
        requireState(no, ProposalState.Approved, "the new one does");
        (address[] memory all,) = governance.council();
        assertEq(all.length, MEMBERS, "all");
        assertEq(all[MEMBERS - 1], member(2), "last");
    }

    function test_ARaisedThresholdHoldsForWhatIsOpenAndALoweredOneDoesNot() public {
        uint64 no = approved(tierCall(2));
        enactCouncilWith(none(), none(), 4, no);
        requireState(no, ProposalState.Open, "four are needed");
        approveAs(4, no);
        requireState(no, ProposalState.Approved, "four");
        vm.warp(block.timestamp + VOTING);
        uint64 strict = proposed(tierCall(3));
        approveAs(2, strict);
        approveAs(3, strict);
        requireState(strict, ProposalState.Open, "three of four");
        Call[] memory lowering = call(
            address(governance), abi.encodeCall(governance.changeCouncil, (none(), none(), 3))
        );
        uint64 lower = approved(lowering);
        approveAs(4, lower);
        governance.queue(lower, lowering);
        vm.warp(block.timestamp + DELAY);
        execute(lower, lowering);
        requireState(strict, ProposalState.Open, "still four");
    }

    function testFuzz_AThresholdIsAMajorityOfAtMostAll(uint8 threshold) public {
        bool fits = threshold <= MEMBERS && 2 * uint256(threshold) > MEMBERS;
        vm.prank(address(timelock));
        if (!fits) {
            vm.expectRevert(abi.encodeWithSelector(BadThreshold.selector, threshold, MEMBERS));
        }
        governance.changeCouncil(none(), none(), threshold);
        vm.prank(address(timelock));
        bool suits = threshold <= GUARDIANS && 2 * uint256(threshold) > GUARDIANS;
        if (!suits) {
            vm.expectRevert(abi.encodeWithSelector(BadThreshold.selector, threshold, GUARDIANS));
        }
        governance.changeGuardians(none(), none(), threshold);
    }

    function test_Revert_WhenMembersDoNotFit() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(AlreadyMember.selector, member(1)));
        governance.changeCouncil(none(), only(member(1)), 4);
        vm.expectRevert(abi.encodeWithSelector(NotMember.selector, guard(1)));
        governance.changeCouncil(only(guard(1)), none(), 3);
        vm.expectRevert(abi.encodeWithSelector(NotMember.selector, address(0)));
        governance.changeCouncil(none(), only(address(0)), 4);
        address[] memory many = group("more", 28);
        vm.expectRevert(abi.encodeWithSelector(TooManyMembers.selector, 32));
        governance.changeCouncil(none(), many, 17);
        address[] memory all = group("member", MEMBERS);
        vm.expectRevert(abi.encodeWithSelector(BadThreshold.selector, 0, 0));
        governance.changeCouncil(all, none(), 0);
        vm.stopPrank();
    }

    function test_Revert_WhenAllNumbersWereGiven() public {
        vm.startPrank(address(timelock));
        for (uint256 i = MEMBERS; i < 256; ++i) {
            governance.changeCouncil(only(member(1)), only(member(1)), THRESHOLD);
        }
        vm.expectRevert(abi.encodeWithSelector(TooManyMembers.selector, 256));
        governance.changeCouncil(only(member(1)), only(member(1)), THRESHOLD);
        vm.stopPrank();
        assertEq(uint256(proposed(tierCall(1))), 1, "the last number votes");
    }

    // -- bounds --------------------------------------------------------------------------------

    function testFuzz_PeriodsStayInsideTheirBounds(uint32 votingSec, uint32 graceSec) public {
        bool votingFits = votingSec >= 10 && votingSec <= 30 days;
        bool graceFits = graceSec >= 10 && graceSec <= 30 days;
        vm.prank(address(timelock));
        if (!votingFits || !graceFits) {
            bytes32 what = votingFits ? bytes32("graceSec") : bytes32("votingSec");
            uint256 value = votingFits ? graceSec : votingSec;
            vm.expectRevert(abi.encodeWithSelector(OutOfRange.selector, what, value));
        }
        governance.setPeriods(votingSec, graceSec);
    }

    function testFuzz_ADelayOfACallIsAtMostThirtyDays(uint32 delaySec) public {
        vm.prank(address(timelock));
        if (delaySec > 30 days) {
            vm.expectRevert(
                abi.encodeWithSelector(OutOfRange.selector, bytes32("delaySec"), delaySec)
            );
        }
        governance.setDelay(address(1), bytes4("abcd"), delaySec);
    }

    function testFuzz_TheTimelocksDelayIsNeverShorterThanAtFirst(uint256 delaySec) public {
        delaySec = bound(delaySec, 0, 60 days);
        vm.prank(address(timelock));
        if (delaySec < DELAY || delaySec > 30 days) {
            vm.expectRevert(
                abi.encodeWithSelector(OutOfBounds.selector, bytes32("delaySec"), delaySec)
            );
        }
        timelock.updateDelay(delaySec);
    }

    function test_Revert_WhenATimelockWouldHaveNoDelayOrTooLongAOne() public {
        vm.expectRevert(abi.encodeWithSelector(OutOfBounds.selector, bytes32("delaySec"), 0));
        new Timelock(0, address(governance));
        vm.expectRevert(
            abi.encodeWithSelector(OutOfBounds.selector, bytes32("delaySec"), 30 days + 1)
        );
        new Timelock(30 days + 1, address(governance));
    }

    function wrongState(uint64 proposalNo, ProposalState state)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(WrongState.selector, proposalNo, state);
    }

    function executeExternally(uint64 proposalNo, Call[] calldata calls) external {
        execute(proposalNo, calls);
    }

    function enactCouncil(address[] memory removed, address[] memory added, uint8 threshold)
        private
    {
        enact(
            call(
                address(governance),
                abi.encodeCall(governance.changeCouncil, (removed, added, threshold))
            )
        );
    }

    /// @dev Before `no` expires.
    function enactCouncilWith(
        address[] memory removed,
        address[] memory added,
        uint8 threshold,
        uint64 no
    ) private {
        enactCouncil(removed, added, threshold);
        assertTrue(block.timestamp < governance.proposal(no).expiresAtSec, "still open");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutionsErrors } from "../src/interfaces/IExecutions.sol";
import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { Trigger } from "../src/libraries/Trigger.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Ticks of every kind, and what is caught up of those that were missed (spec 02, 04).
contract SchedulesTest is LedgerFixture {
    /// @dev Seven executors, two seconds between ranks.
    uint256 private constant TURNS_SEC = 14;

    uint40 private start;
    uint64 private height;

    function setUp() public {
        setUpLedger(7);
        vm.roll(1000);
        start = uint40(block.timestamp);
        height = uint64(block.number);
    }

    // -- where ticks are -------------------------------------------------------------------------

    function test_FromTheRegistrationOnTheFirstTickIsTheRegistration() public {
        uint32 intentNo = schedule(Trigger.START, 0, 60, 255);
        assertEq(intents.state(intentNo).start, start, "start");
        pass(500);
        assertEq(claimed(intentNo, Trigger.START, 0), 1, "tick 0");
        assertEq(claimed(intentNo, Trigger.START, 8), 1, "tick 8, 480 s after it");
        assertEq(claimed(intentNo, Trigger.START, 9), 0, "tick 9, 540 s after it");
    }

    function test_OnceIsTickZeroAndNoOther() public {
        uint32 intentNo = schedule(Trigger.START, start + 100, 0, 1);
        pass(99);
        assertEq(claimed(intentNo, Trigger.START, 0), 0, "too early");
        pass(86_400);
        assertEq(claimed(intentNo, Trigger.START, 1), 0, "there is no tick 1");
        assertEq(claimed(intentNo, Trigger.START, 0), 1, "a day late");
        assertEq(claimed(intentNo, Trigger.START, 0), 0, "once");
    }

    function testFuzz_AStartThatHasPassedMovesUpByWholePeriods(uint32 agoSec, uint32 period)
        public
    {
        uint256 presentSec = start;
        uint40 signedSec = uint40(bound(agoSec, 1, presentSec - 1));
        period = uint32(bound(period, 1, 365 days));
        uint256 found = intents.state(schedule(Trigger.START, signedSec, period, 1)).start;
        assertEq((found - signedSec) % period, 0, "whole periods");
        assertWithin(found, presentSec, presentSec + period - 1, "the first from now on");
    }

    function test_AStartThatHasPassedStaysWhenThereIsNoPeriod() public {
        uint32 intentNo = schedule(Trigger.START, start - 50, 0, 1);
        assertEq(intents.state(intentNo).start, start - 50, "start");
        pass(TURNS_SEC);
        assertEq(claimed(intentNo, Trigger.START, 0), 1, "due at once");
    }

    function test_OfACronTheContractKnowsOnlyThatTheMinuteHasCome() public {
        uint32 intentNo = schedule(Trigger.CRON, 0, 0, 255);
        uint64 minute = uint64(start / 60) + 1;
        assertEq(claimed(intentNo, Trigger.CRON, minute), 0, "too early");
        vm.warp(uint256(minute) * 60 + TURNS_SEC);
        assertEq(claimed(intentNo, Trigger.CRON, uint64(start / 60)), 0, "before the registration");
        assertEq(claimed(intentNo, Trigger.CRON, minute), 1, "its time");
        assertEq(claimed(intentNo, Trigger.CRON, type(uint64).max), 0, "never");
    }

    function test_HeightsComeEverySoManyBlocks() public {
        uint32 intentNo = schedule(Trigger.BLOCK, uint40(height + 3), 5, 255);
        roll(20);
        pass(TURNS_SEC);
        assertEq(claimedHeight(intentNo, height + 2, block.timestamp), 0, "before the first");
        assertEq(claimedHeight(intentNo, height + 3, start), 1, "the first");
        assertEq(claimedHeight(intentNo, height + 4, start), 0, "between");
        assertEq(claimedHeight(intentNo, height + 18, start), 1, "the fourth");
        assertEq(claimedHeight(intentNo, height + 23, start), 0, "too early");
        assertEq(claimedHeight(intentNo, height + 13, block.timestamp + 1), 0, "not of the future");
    }

    function test_AHeightThatHasPassedMovesUpToo() public {
        assertEq(intents.state(schedule(Trigger.BLOCK, 1, 7, 1)).start, 1 + 7 * 143, "start");
        uint32 once = schedule(Trigger.BLOCK, 5, 0, 1);
        assertEq(intents.state(once).start, 5, "stays");
        pass(TURNS_SEC);
        assertEq(claimedHeight(once, 5, start), 1, "due at once");
        assertEq(claimedHeight(once, 6, start), 0, "once");
    }

    // -- what is caught up -----------------------------------------------------------------------

    function test_SkipLeavesWhatWasMissed() public {
        uint32 intentNo = schedule(Trigger.INTERVAL, 0, 10, 0);
        vm.warp(start + 100 + TURNS_SEC);
        assertEq(claimed(intentNo, Trigger.INTERVAL, 9), 0, "missed");
        assertEq(claimed(intentNo, Trigger.INTERVAL, 10), 1, "still in turn");
        vm.warp(start + 120 + TURNS_SEC + 1);
        assertEq(claimed(intentNo, Trigger.INTERVAL, 12), 0, "a second after its turn");
    }

    function test_LatestRunsTheNewestUntilTheNextOne() public {
        uint32 intentNo = schedule(Trigger.INTERVAL, 0, 3600, 1);
        vm.warp(start + 4 * 3600 - 1);
        assertEq(claimed(intentNo, Trigger.INTERVAL, 2), 0, "not the one before");
        assertEq(claimed(intentNo, Trigger.INTERVAL, 3), 1, "the newest, almost an hour late");
    }

    function test_AllRunsTheNewestSoMany() public {
        uint32 intentNo = schedule(Trigger.INTERVAL, 0, 60, 3);
        vm.warp(start + 1000 * 60 + 30);
        assertEq(claimed(intentNo, Trigger.INTERVAL, 997), 0, "one too many");
        for (uint64 k = 998; k <= 1000; ++k) {
            assertEq(claimed(intentNo, Trigger.INTERVAL, k), 1, "caught up");
        }
        uint32 all = schedule(Trigger.INTERVAL, 0, 60, 255);
        pass(1000 * 60);
        assertEq(claimed(all, Trigger.INTERVAL, 1), 1, "however old");
    }

    function test_HeightsAreCaughtUpByHeight() public {
        uint32 intentNo = schedule(Trigger.BLOCK, uint40(height + 10), 10, 2);
        roll(49);
        pass(1000);
        assertEq(claimedHeight(intentNo, height + 20, start), 0, "two later ones");
        assertEq(claimedHeight(intentNo, height + 30, start), 1, "one later");
        assertEq(claimedHeight(intentNo, height + 40, start), 1, "the newest");
    }

    function test_AMissedMinuteOfASkippingCronIsLeft() public {
        uint32 intentNo = schedule(Trigger.CRON, 0, 0, 0);
        uint64 minute = uint64(start / 60) + 1;
        vm.warp(uint256(minute) * 60 + TURNS_SEC + 1);
        assertEq(claimed(intentNo, Trigger.CRON, minute), 0, "missed");
        // With any catch-up the contract cannot tell, and verifiers do.
        uint32 latest = schedule(Trigger.CRON, 0, 0, 1);
        pass(86_400);
        minute = uint64(block.timestamp / 60);
        pass(3600);
        assertEq(claimed(latest, Trigger.CRON, minute), 1, "an hour late");
    }

    /// @notice Whoever claims when, of whatever tick: what is accepted is what the rule says.
    function testFuzz_AClaimPassesExactlyWhenTheRuleSays(
        uint32 period,
        uint16 ordinal,
        uint32 lateSec,
        uint8 catchUp
    ) public {
        period = uint32(bound(period, 1, 10_000));
        uint64 k = uint64(bound(ordinal, 1, 1000));
        uint32 intentNo = schedule(Trigger.INTERVAL, 0, period, catchUp);
        uint256 late = bound(lateSec, TURNS_SEC, 1_000_000);
        uint256 t0Sec = start + uint256(k) * period;
        vm.warp(t0Sec + late);
        uint256 later = (block.timestamp - start) / period - k;
        bool open = late <= TURNS_SEC || catchUp == 255 || later < catchUp;
        assertEq(claimed(intentNo, Trigger.INTERVAL, k), open ? 1 : 0, "accepted");
    }

    function test_WhatIsMissedHurtsNoNeighbour() public {
        uint32 intentNo = schedule(Trigger.INTERVAL, 0, 60, 1);
        vm.warp(start + 20 * 60 + 30);
        bytes memory items = bytes.concat(tick(intentNo, 1), tick(intentNo, 20), tick(intentNo, 21));
        (, uint256 bits) = claimAs(1, Trigger.INTERVAL, items);
        assertEq(bits, 2, "the newest");
    }

    function schedule(uint8 kind, uint40 first, uint32 period, uint8 catchUp)
        private
        returns (uint32)
    {
        (address owner, uint256 privateKey) = ownerKey();
        IIntentsTypes.Intent memory intent;
        intent.owner = owner;
        intent.yamlHash = keccak256("yaml");
        intent.planRoot = keccak256("plan");
        intent.runtime = 1;
        intent.kind = kind;
        (intent.start, intent.period, intent.catchUp) = (first, period, catchUp);
        intent.leaseClass = LEASE_CLASS;
        intent.validUntilSec = uint40(block.timestamp + 3650 days);
        intent.maxExecutions = 1000;
        intent.nonce = uint256(keccak256(abi.encode(kind, first, period, catchUp)));
        return intents.register(intent, signature(privateKey, intents.hashIntent(intent)), "yaml");
    }

    /// @dev How many of one were accepted, from whoever's turn it is.
    function claimed(uint32 intentNo, uint8 kind, uint64 ordinal) private returns (uint256) {
        return accepted(kind, tick(intentNo, ordinal));
    }

    function claimedHeight(uint32 intentNo, uint64 number, uint256 t0Sec)
        private
        returns (uint256)
    {
        return accepted(Trigger.BLOCK, abi.encodePacked(intentNo, number, uint40(t0Sec)));
    }

    /// @dev Node by node: within the turns one rank may come first, after them each may.
    function accepted(uint8 kind, bytes memory items) private returns (uint256) {
        for (uint32 nodeNo = 1; nodeNo <= 7; ++nodeNo) {
            vm.prank(action(nodeNo));
            try ledger.claim(kind, LEASE_CLASS, items) returns (uint64, uint256 bits) {
                return bits;
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IExecutionsErrors.NothingClaimed.selector, "reason");
            }
        }
        return 0;
    }

    function pass(uint256 seconds_) private {
        vm.warp(block.timestamp + seconds_);
    }

    function roll(uint256 blocks) private {
        vm.roll(block.number + blocks);
    }
}

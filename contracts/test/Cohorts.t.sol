// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeaconErrors, IBeaconTypes } from "../src/interfaces/IBeacon.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Chains that move together (spec 05): cheaper, and alike in all that anybody can see.
contract CohortsTest is LedgerFixture {
    uint32 private constant MEMBERS = 7;
    /// @dev Long enough for what a test gives of it; a short one is faster to make.
    uint256 private _length = 24;

    function setUp() public {
        setUpLedger(MEMBERS);
        commitAll();
    }

    function test_ARoundThatAllGiveTogetherWritesNoChain() public {
        together(1);
        (bytes32 anchor, uint32 used, uint32 behind) = rounds.tipOf(3);
        assertEq(anchor, given(3, 1), "the first round writes each");
        assertEq(used, 1, "used");
        assertEq(behind, 0, "nothing since");
        together(4);
        (bytes32 same, uint32 more, uint32 since) = rounds.tipOf(3);
        assertEq(same, anchor, "unwritten");
        assertEq(more, 5, "counted");
        assertEq(since, 4, "and how far the anchor is behind");
        assertTrue(rounds.hasRevealed(5, 3), "the last round");
        assertFalse(rounds.hasRevealed(6, 3), "not the next");
    }

    /// @dev Together, in any order, one by one, in two parts: seeds and counts are those of the specification.
    function testFuzz_HoweverARoundIsGivenItsSeedAndTheCountsAreTheSame(uint256 script) public {
        bytes32 seed;
        for (uint256 i = 1; i <= 12; ++i) {
            seed = checkedRound(i, uint8(script >> (i * 8)), seed);
        }
    }

    function checkedRound(uint256 index, uint8 choice, bytes32 before)
        private
        returns (bytes32 seed)
    {
        uint40 round = begin();
        uint32[] memory who = rounds.members();
        if (choice % 4 == 1) reverse(who);
        uint256 parts = choice % 4 == 2 ? MEMBERS : choice % 4 == 3 ? 2 : 1;
        seed = seedOf(round, before, give(round, who, parts, index));
        checkGiven(round, index, seed);
    }

    function seedOf(uint40 round, bytes32 before, uint256 mix) private pure returns (bytes32) {
        bytes32 whole = keccak256(abi.encode(bytes32("deed.round.1"), uint256(round), before, mix));
        return bytes32(bytes27(whole));
    }

    function checkGiven(uint40 round, uint256 index, bytes32 seed) private view {
        (bytes27 actual,) = rounds.seedOf(round);
        assertEq(bytes32(actual), seed, "seed");
        for (uint32 no = 1; no <= MEMBERS; ++no) {
            (bytes32 anchor, uint32 used, uint32 behind) = rounds.tipOf(no);
            assertEq(used, index, "used");
            assertEq(anchor, given(no, index - behind), "anchor");
            assertTrue(rounds.hasRevealed(round, no), "revealed");
        }
    }

    /// @dev Any value in one place that is not the operator's next preimage: nothing is taken of anybody.
    function testFuzz_Revert_WhenOneOfAllPreimagesIsWrong(uint256 who, uint256 what) public {
        together(3);
        uint40 round = begin();
        (uint32[] memory operators, bytes32[] memory preimages) = allOf(4);
        uint256 place = bound(who, 0, MEMBERS - 1);
        uint256 kind = what % 4;
        if (kind == 0) preimages[place] = bytes32(what);
        if (kind == 1) preimages[place] = given(operators[place], 3);
        if (kind == 2) preimages[place] = given(operators[place], 5);
        if (kind == 3) preimages[place] = preimages[(place + 1) % MEMBERS];
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconErrors.BadPreimage.selector, operators[place])
        );
        rounds.reveal(round, operators, preimages);
        (, uint32 used,) = rounds.tipOf(operators[place]);
        assertEq(used, 3, "unmoved");
    }

    function test_WhoGivesAloneIsFollowedFromItsAnchor() public {
        together(6);
        uint40 round = begin();
        this.giveOne(round, 5, given(5, 7));
        (bytes32 anchor, uint32 used, uint32 behind) = rounds.tipOf(5);
        assertEq(anchor, given(5, 7), "written");
        assertEq(used, 7, "used");
        assertEq(behind, 0, "nothing since");
        (, used, behind) = rounds.tipOf(4);
        assertEq(used, 6, "the others wait");
        assertEq(behind, 5, "where they were");
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.BadPreimage.selector, 4));
        this.giveOne(round, 4, given(4, 8));
    }

    /// @dev What is out already must not make a seed.
    function test_Revert_WhenPreimagesOfARoundThatWasNotWholeAreGivenAgain() public {
        together(3);
        uint40 round = begin();
        this.giveOne(round, 1, given(1, 4));
        (uint32[] memory operators, bytes32[] memory preimages) = allOf(4);
        vm.warp(block.timestamp + 20);
        rounds.closeRound(round);
        for (uint32 no = 2; no <= MEMBERS; ++no) {
            vm.prank(action(no));
            rounds.comeBack();
        }
        round = begin();
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.BadPreimage.selector, 1));
        rounds.reveal(round, operators, preimages);
        preimages[0] = given(1, 5);
        rounds.reveal(round, operators, preimages);
        (, uint40 closedAtSec) = rounds.seedOf(round);
        assertTrue(closedAtSec != 0, "closed");
    }

    function test_AfterOneIsMissingTheOthersGoOnTogether() public {
        together(3);
        uint40 round = begin();
        for (uint32 no = 1; no < MEMBERS; ++no) {
            this.giveOne(round, no, given(no, 4));
        }
        vm.warp(block.timestamp + 20);
        rounds.closeRound(round);
        assertTrue(rounds.isAway(MEMBERS), "away");
        (, uint32 used, uint32 behind) = rounds.tipOf(MEMBERS);
        assertEq(used, 3, "what it gave with them stays");
        assertEq(behind, 2, "and where its chain is");
        for (uint256 i = 5; i < 8; ++i) {
            give(begin(), rounds.members(), 1, i);
        }
        (, used, behind) = rounds.tipOf(1);
        assertEq(used, 7, "seven");
        assertEq(behind, 2, "two of them together");
        vm.prank(action(MEMBERS));
        rounds.comeBack();
        round = begin();
        assertEq(rounds.members().length, MEMBERS, "all again");
        for (uint32 no = 1; no <= MEMBERS; ++no) {
            this.giveOne(round, no, given(no, no == MEMBERS ? 4 : 8));
        }
        (, uint40 closedAtSec) = rounds.seedOf(round);
        assertTrue(closedAtSec != 0, "closed");
    }

    /// @dev Its preimage would be a choice among seeds that it has not paid for.
    function test_Revert_WhenOneThatWentAwayMeanwhileGivesWithTheOthers() public {
        together(3);
        uint40 round = begin();
        vm.prank(address(court));
        assertEq(uint8(rounds.silent(2)), uint8(IBeaconTypes.Standing.Good), "a first silence");
        (uint32[] memory operators, bytes32[] memory preimages) = allOf(4);
        rounds.reveal(round, operators, preimages);
        (, uint40 closedAtSec) = rounds.seedOf(round);
        assertTrue(closedAtSec != 0, "the round that was open counts on it");
        round = begin();
        assertEq(rounds.members().length, MEMBERS - 1, "the next does not");
        (operators, preimages) = allOf(5);
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.NotAMember.selector, 2));
        rounds.reveal(round, operators, preimages);
    }

    function test_Revert_WhenTheOldChainOfOneThatReplacedItIsGivenWithTheOthers() public {
        together(3);
        vm.prank(cold(6));
        rounds.commitChain(6, hashed("another secret", 9));
        uint40 round = begin();
        (uint32[] memory operators, bytes32[] memory preimages) = allOf(4);
        vm.expectRevert(abi.encodeWithSelector(IBeaconErrors.BadPreimage.selector, 6));
        rounds.reveal(round, operators, preimages);
        preimages[5] = hashed("another secret", 8);
        rounds.reveal(round, operators, preimages);
        (, uint32 used,) = rounds.tipOf(6);
        assertEq(used, 1, "of the new chain");
    }

    /// @dev What has to be hashed when one leaves stays bounded.
    function test_After128RoundsTogetherEachChainIsWrittenAgain() public {
        _length = 140;
        commitAll();
        together(1 + 128);
        (,, uint32 behind) = rounds.tipOf(1);
        assertEq(behind, 128, "as far as can be");
        uint40 round = begin();
        this.giveOne(round, 1, given(1, 130));
        give(round, others(1), 1, 130);
        (bytes32 anchor,, uint32 since) = rounds.tipOf(7);
        assertEq(anchor, given(7, 130), "written");
        assertEq(since, 0, "and together from here");
        together(2);
        (,, since) = rounds.tipOf(7);
        assertEq(since, 2, "again");
    }

    /// @dev An operator that has no preimage left is no member, also when it gave its last with the others.
    function test_AChainThatIsUsedUpLeavesItsCohort() public {
        bytes32 slot = keccak256(abi.encode(uint256(4), uint256(0)));
        uint256 chain = uint256(vm.load(address(rounds), slot));
        vm.store(address(rounds), slot, bytes32(chain | uint256(65_536 - 3) << 184));
        for (uint256 i = 1; i < 4; ++i) {
            give(begin(), rounds.members(), 1, i);
        }
        uint40 round = begin();
        assertEq(rounds.members().length, MEMBERS - 1, "without it");
        give(round, rounds.members(), 1, 4);
        (, uint40 closedAtSec) = rounds.seedOf(round);
        assertTrue(closedAtSec != 0, "closed");
    }

    function test_AnotherGenerationsMembersFormTheirOwn() public {
        together(3);
        bonded(8);
        join(8, 8, BOTH);
        vm.prank(cold(8));
        rounds.commitChain(8, hashed(secret(8), _length));
        vm.warp(block.timestamp + 600);
        registry.openGeneration();
        for (uint256 i = 4; i < 7; ++i) {
            uint40 round = begin();
            uint32[] memory who = rounds.members();
            assertEq(who.length, 8, "eight");
            for (uint256 j; j < 7; ++j) {
                this.giveOne(round, who[j], given(who[j], i));
            }
            this.giveOne(round, 8, given(8, i - 3));
        }
        (, uint32 used,) = rounds.tipOf(8);
        assertEq(used, 3, "three");
    }

    function commitAll() private {
        for (uint32 no = 1; no <= MEMBERS; ++no) {
            vm.prank(cold(no));
            rounds.commitChain(no, hashed(secret(no), _length));
        }
    }

    /// @notice So many rounds, each given in one transaction.
    function together(uint256 count) private {
        for (uint256 i; i < count; ++i) {
            (, uint32 used,) = rounds.tipOf(1);
            give(begin(), rounds.members(), 1, used + 1);
        }
    }

    function begin() private returns (uint40 round) {
        vm.prank(address(ledger));
        round = rounds.assign();
        mine(1);
    }

    /// @notice Posts preimage number `index` of each, in so many parts. @return mix Their sum.
    function give(uint40 round, uint32[] memory who, uint256 parts, uint256 index)
        private
        returns (uint256 mix)
    {
        uint256 from;
        for (uint256 part; part < parts; ++part) {
            uint256 until = who.length * (part + 1) / parts;
            uint32[] memory some = new uint32[](until - from);
            bytes32[] memory preimages = new bytes32[](until - from);
            for (uint256 i; i < some.length; ++i) {
                (some[i], preimages[i]) = (who[from + i], given(who[from + i], index));
                unchecked {
                    mix += uint256(keccak256(abi.encode(some[i], preimages[i])));
                }
            }
            rounds.reveal(round, some, preimages);
            from = until;
        }
    }

    function giveOne(uint40 round, uint32 operatorNo, bytes32 preimage) external {
        uint32[] memory who = new uint32[](1);
        bytes32[] memory what = new bytes32[](1);
        (who[0], what[0]) = (operatorNo, preimage);
        rounds.reveal(round, who, what);
    }

    /// @notice Preimage number `index`, from 1, of an operator's chain.
    function given(uint32 operatorNo, uint256 index) private view returns (bytes32) {
        return hashed(secret(operatorNo), _length - index);
    }

    function allOf(uint256 index)
        private
        view
        returns (uint32[] memory operators, bytes32[] memory preimages)
    {
        operators = new uint32[](MEMBERS);
        preimages = new bytes32[](MEMBERS);
        for (uint32 i; i < MEMBERS; ++i) {
            (operators[i], preimages[i]) = (i + 1, given(i + 1, index));
        }
    }

    function others(uint32 operatorNo) private pure returns (uint32[] memory rest) {
        rest = new uint32[](MEMBERS - 1);
        for (uint32 i; i < MEMBERS - 1; ++i) {
            rest[i] = i + 1 < operatorNo ? i + 1 : i + 2;
        }
    }

    function reverse(uint32[] memory list) private pure {
        for (uint256 i; i < list.length / 2; ++i) {
            (list[i], list[list.length - 1 - i]) = (list[list.length - 1 - i], list[i]);
        }
    }
}

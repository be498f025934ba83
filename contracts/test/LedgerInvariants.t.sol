// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IDisputesTypes } from "../src/interfaces/IDisputes.sol";
import { IEvidenceTypes } from "../src/interfaces/IEvidence.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Actors that do what comes to their minds, in any order, at any time; and what they saw.
contract LedgerActors is LedgerFixture {
    /// @dev One position of one batch, as its holder knows it.
    struct Held {
        uint64 batchNo;
        Item item;
    }

    uint32 private _interval;
    uint64 private _nextTick = 1;
    Held[] private _held;
    uint64[] private _disputes;

    uint256 public deposited;
    /// @dev How often an execution was given out in a way that must not be.
    uint256 public wrongs;
    mapping(bytes32 executionId => uint8) public attempts;
    mapping(bytes32 key => uint256) public recordsOfAttempt;
    mapping(uint64 batchNo => mapping(uint16 index => bool)) public faulted;
    mapping(uint64 batchNo => mapping(uint16 index => bool)) public allRight;
    mapping(uint64 batchNo => mapping(uint16 index => bool)) public rejected;
    mapping(uint64 disputeNo => mapping(uint16 fault => uint256)) public votesFor;
    mapping(uint64 batchNo => bool) public withheld;
    mapping(bytes32 key => bool) public equivocated;
    /// @dev How often each thing happened: a run in which nothing does proves nothing.
    mapping(string what => uint256) public happened;

    function start() external {
        setUpLedger(7);
        deposited = 7 * BOND;
        _interval = register(INTERVAL);
        // Long leases would end every run before its first second attempt.
        waitForAll();
    }

    function wait(uint256 seconds_) external {
        mine(bound(seconds_, 1, 25));
    }

    function claim(uint256 node) external {
        uint32 nodeNo = uint32(bound(node, 1, 7));
        bytes memory items = tick(_interval, _nextTick);
        vm.prank(action(nodeNo));
        try ledger.claim(INTERVAL, LEASE_CLASS, items) returns (uint64 batchNo, uint256) {
            Item memory item = itemOf(_interval, _nextTick);
            if (attempts[item.executionId] != 0) ++wrongs;
            // Node n is operator n's.
            if (registry.operator(nodeNo).status == OperatorStatus.Jailed) ++wrongs;
            attempts[item.executionId] = 1;
            _held.push(Held(batchNo, item));
            ++_nextTick;
            ++happened["claim"];
        } catch { }
    }

    function reclaim(uint256 node, uint256 which) external {
        if (_held.length == 0) return;
        Held memory old = _held[bound(which, 0, _held.length - 1)];
        Reclaim[] memory items = new Reclaim[](1);
        items[0].batchNo = old.batchNo;
        items[0].item = old.item;
        items[0].path = new bytes32[](0);
        (bool lived,) = ledger.holds(old.batchNo, 0, old.item, new bytes32[](0));
        vm.prank(action(uint32(bound(node, 1, 7))));
        try ledger.reclaim(LEASE_CLASS, items) returns (uint64 batchNo, uint256) {
            // Attempts increase one by one, and nobody loses a lease that lives.
            if (lived || attempts[old.item.executionId] != old.item.attempt) ++wrongs;
            if (++old.item.attempt > 3) ++wrongs;
            attempts[old.item.executionId] = old.item.attempt;
            _held.push(Held(batchNo, old.item));
            ++happened["reclaim"];
        } catch { }
    }

    function record(uint256 which, uint256 node) external {
        if (_held.length == 0) return;
        Held memory held = _held[bound(which, 0, _held.length - 1)];
        uint32 nodeNo = ledger.batch(held.batchNo).nodeNo;
        // Now and then somebody else tries.
        if (node % 8 == 0) nodeNo = nodeNo % 7 + 1;
        bytes memory records = recordsOf(1);
        bytes memory signed = signRecord(nodeNo, held.batchNo, 1, records);
        (bool live,) = ledger.holds(held.batchNo, 0, held.item, new bytes32[](0));
        try ledger.record(held.batchNo, 1, 1, "head", records, signed) {
            if (!live || node % 8 == 0) ++wrongs;
            ++recordsOfAttempt[keccak256(abi.encode(held.item.executionId, held.item.attempt))];
            ++happened["record"];
        } catch { }
    }

    function reveal(uint256 absent) external {
        vm.roll(block.number + 1);
        try this.revealExternally(uint32(absent % 3 == 0 ? bound(absent, 1, 7) : 0)) {
            ++happened["reveal"];
        } catch { }
        (uint40 round,,,) = rounds.currentRound();
        try rounds.closeRound(round) { } catch { }
    }

    function revealExternally(uint32 absent) external {
        revealAllBut(absent);
    }

    function finaliseSome(uint256 which, uint256 opinions) external {
        if (_held.length == 0) return;
        uint64 batchNo = _held[bound(which, 0, _held.length - 1)].batchNo;
        if (ledger.committee(batchNo).length != 3) return;
        uint256[] memory faults = new uint256[](3);
        uint256[] memory unables = new uint256[](3);
        uint256 right;
        for (uint256 seat; seat < 3; ++seat) {
            uint256 said = (opinions >> (8 * seat)) % 8;
            if (said == 0) faults[seat] = 1;
            else if (said == 1) unables[seat] = 1;
            else ++right;
        }
        uint8 draw = ledger.batch(batchNo).draw;
        uint32 first = ledger.committee(batchNo)[0];
        try this.finaliseExternally(batchNo, faults, unables) {
            faulted[batchNo][0] = faults[0] | faults[1] | faults[2] != 0;
            if (right == 3) allRight[batchNo][0] = true;
            ++happened["finalise"];
        } catch {
            return;
        }
        if (draw < 3 && faults[0] == 1) _open(batchNo, first);
    }

    function finaliseExternally(uint64 batchNo, uint256[] memory faults, uint256[] memory unables)
        external
    {
        finalise(batchNo, faults, unables);
    }

    function fallBack(uint256 which) external {
        if (_held.length == 0) return;
        uint64 batchNo = _held[bound(which, 0, _held.length - 1)].batchNo;
        try ledger.openFallback(batchNo) {
            ++happened["fallback"];
        } catch { }
        try ledger.advanceFallback(batchNo) {
            ++happened["advance"];
        } catch { }
        try court.openUnverified(batchNo, 0) returns (uint64 disputeNo) {
            _disputes.push(disputeNo);
        } catch { }
    }

    function expire(uint256 which) external {
        if (_held.length == 0) return;
        uint64 batchNo = _held[bound(which, 0, _held.length - 1)].batchNo;
        try court.claimWithoutRecord(batchNo) {
            ++happened["expire"];
        } catch { }
    }

    function vote(uint256 which, uint256 opinions) external {
        if (_disputes.length == 0) return;
        uint64 disputeNo = _disputes[bound(which, 0, _disputes.length - 1)];
        IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
        if (found.status != IDisputesTypes.DisputeStatus.Open) return;
        if (block.timestamp < found.responseEndsSec) vm.warp(found.responseEndsSec);
        for (uint32 i = 1; i <= 7; ++i) {
            uint16 fault = opinionOf(opinions, i);
            bytes32 commitment = keccak256(
                abi.encode(disputeNo, i, fault, uint16(0), bytes32("r"), bytes32("salt"))
            );
            vm.prank(action(i));
            try court.commitVote(disputeNo, commitment) { } catch { }
        }
        for (uint32 i = 1; i <= 7; ++i) {
            try this.revealVoteExternally(disputeNo, i, opinionOf(opinions, i)) {
                uint16 fault = opinionOf(opinions, i);
                ++votesFor[disputeNo][fault];
            } catch { }
        }
    }

    function revealVoteExternally(uint64 disputeNo, uint32 nodeNo, uint16 fault) external {
        bytes memory signed = _voteSignature(disputeNo, nodeNo, fault);
        court.revealVote(disputeNo, nodeNo, fault, 0, "r", "salt", 1, "head", signed);
    }

    /// @dev Innocent, or one of a few faults with different slashes.
    function opinionOf(uint256 opinions, uint32 voter) public pure returns (uint16) {
        uint256 said = (opinions >> (3 * voter)) % 8;
        return said < 3 ? 0 : uint16(said < 6 ? 2 : 5 + said % 2);
    }

    function disputeCount() external view returns (uint256) {
        return _disputes.length;
    }

    function disputeAt(uint256 i)
        external
        view
        returns (uint64 disputeNo, IDisputesTypes.Dispute memory)
    {
        return (_disputes[i], court.dispute(_disputes[i]));
    }

    function slashBps(uint16 fault) external view returns (uint16) {
        return court.slashBps(fault);
    }

    function resolve(uint256 which) external {
        if (_disputes.length == 0) return;
        uint64 disputeNo = _disputes[bound(which, 0, _disputes.length - 1)];
        try court.resolve(disputeNo) {
            IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
            if (found.status == IDisputesTypes.DisputeStatus.Rejected) {
                rejected[found.batchNo][found.index] = true;
            }
            ++happened["resolve"];
        } catch { }
    }

    /// @dev A seat demands the bundle; nobody has one here.
    function challenge(uint256 which, uint256 node) external {
        if (_held.length == 0) return;
        uint64 batchNo = _held[bound(which, 0, _held.length - 1)].batchNo;
        vm.prank(action(uint32(bound(node, 1, 7))));
        try court.challengeData(batchNo, 1) {
            ++happened["challenge"];
        } catch { }
    }

    function endChallenge(uint256 which) external {
        if (_held.length == 0) return;
        uint64 batchNo = _held[bound(which, 0, _held.length - 1)].batchNo;
        uint256 bond = registry.operator(ledger.batch(batchNo).nodeNo).bondWei;
        bool wasFinal = ledger.isFinal(batchNo, 0);
        try court.endChallenge(batchNo) {
            bool isVoid = ledger.voided(batchNo) & 1 == 1;
            if (wasFinal && isVoid) ++wrongs;
            // Once per batch, and only for what nobody gave.
            if (withheld[batchNo] && registry.operator(ledger.batch(batchNo).nodeNo).bondWei < bond)
            {
                ++wrongs;
            }
            if (isVoid) withheld[batchNo] = true;
            ++happened["withheld"];
        } catch { }
    }

    /// @dev Two records of one node for one place, now and again the same ones.
    function equivocate(uint256 node, uint256 batch) external {
        uint32 nodeNo = uint32(bound(node, 1, 7));
        uint64 batchNo = uint64(bound(batch, 1, 5));
        IEvidenceTypes.SignedRecordBatch memory a = _signedRecord(nodeNo, batchNo, "a");
        IEvidenceTypes.SignedRecordBatch memory b = _signedRecord(nodeNo, batchNo, "b");
        bytes32 key = keccak256(abi.encode(nodeNo, batchNo));
        vm.prank(action(uint32(bound(node >> 8, 1, 7))));
        try court.prove(15, abi.encode(nodeNo, a, b)) {
            if (equivocated[key]) ++wrongs;
            equivocated[key] = true;
            ++happened["prove"];
        } catch {
            if (!equivocated[key]) ++wrongs;
        }
    }

    /// @dev The council lets one out of jail: else those that were caught early would claim no more.
    function pardon(uint256 operatorNo) external {
        vm.prank(council);
        try registry.reinstate(uint32(bound(operatorNo, 1, 7)), 0) {
            ++happened["pardon"];
        } catch { }
    }

    function settle(uint256 which) external {
        uint256 count = registry.slashCount();
        if (count == 0) return;
        try registry.settleSlash(bound(which, 1, count)) { } catch { }
    }

    function _signedRecord(uint32 nodeNo, uint64 batchNo, bytes32 root)
        private
        returns (IEvidenceTypes.SignedRecordBatch memory signed)
    {
        (signed.batchNo, signed.recordRoot, signed.posted) = (batchNo, root, 1);
        bytes32 structHash = Duty.hashRecordBatch(batchNo, 0, root, 1, 0, 0);
        signed.signature = dutySignature(nodeNo, ledger.domainSeparator(), structHash);
    }

    function heldCount() external view returns (uint256) {
        return _held.length;
    }

    function heldAt(uint256 i) external view returns (Held memory) {
        return _held[i];
    }

    function isFinal(uint64 batchNo) external view returns (bool) {
        return ledger.isFinal(batchNo, 0);
    }

    function holds(uint64 batchNo, Item calldata item) external view returns (bool live) {
        (live,) = ledger.holds(batchNo, 0, item, new bytes32[](0));
    }

    /// @notice What the registry owes: bonds, frozen slashes, insurance.
    function owed() external view returns (uint256 sum) {
        for (uint32 i = 1; i <= 7; ++i) {
            sum += registry.operator(i).bondWei;
        }
        sum += registry.frozenWei() + registry.insuranceWei();
    }

    function paidOut() external returns (uint256 sum) {
        for (uint32 i = 1; i <= 7; ++i) {
            sum += payout(i).balance;
        }
    }

    function registryBalance() external view returns (uint256) {
        return address(registry).balance;
    }

    function _open(uint64 batchNo, uint32 reporterNo) private {
        try court.open(batchNo, 0, reporterNo, reportOf(1, 1, 2)) returns (uint64 disputeNo) {
            _disputes.push(disputeNo);
            ++happened["dispute"];
        } catch { }
    }

    function _voteSignature(uint64 disputeNo, uint32 nodeNo, uint16 fault)
        private
        returns (bytes memory)
    {
        bytes32 typeHash = keccak256(
            "Vote(uint64 disputeNo,uint16 fault,uint16 leaf,bytes32 reportHash,uint64 auditSeq,bytes32 auditHead)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash, disputeNo, fault, uint16(0), bytes32("r"), uint64(1), bytes32("head")
            )
        );
        return dutySignature(nodeNo, court.domainSeparator(), structHash);
    }
}

/// @notice What must hold whatever the actors do.
contract LedgerInvariantsTest is LedgerFixture {
    LedgerActors private _actors;

    function setUp() public {
        _actors = new LedgerActors();
        _actors.start();
        targetContract(address(_actors));
        bytes4[] memory selectors = new bytes4[](18);
        selectors[0] = LedgerActors.wait.selector;
        selectors[1] = LedgerActors.claim.selector;
        selectors[2] = LedgerActors.record.selector;
        selectors[3] = LedgerActors.reveal.selector;
        selectors[4] = LedgerActors.finaliseSome.selector;
        selectors[5] = LedgerActors.reclaim.selector;
        selectors[6] = LedgerActors.fallBack.selector;
        selectors[7] = LedgerActors.expire.selector;
        selectors[8] = LedgerActors.vote.selector;
        selectors[9] = LedgerActors.resolve.selector;
        selectors[10] = LedgerActors.settle.selector;
        selectors[11] = LedgerActors.record.selector;
        selectors[12] = LedgerActors.claim.selector;
        selectors[13] = LedgerActors.finaliseSome.selector;
        selectors[14] = LedgerActors.challenge.selector;
        selectors[15] = LedgerActors.endChallenge.selector;
        selectors[16] = LedgerActors.equivocate.selector;
        selectors[17] = LedgerActors.pardon.selector;
        targetSelector(address(_actors), selectors);
    }

    function invariant_AttemptsIncreaseAndNobodyRecordsOrClaimsWhatIsNotTheirs() public view {
        assertEq(_actors.wrongs(), 0, "wrongs");
    }

    function invariant_AnAttemptHasAtMostOneRecordAndAnExecutionAtMostOneHolder() public view {
        uint256 count = _actors.heldCount();
        for (uint256 i; i < count; ++i) {
            LedgerActors.Held memory held = _actors.heldAt(i);
            bytes32 id = held.item.executionId;
            uint256 records;
            for (uint8 attempt = 1; attempt <= 3; ++attempt) {
                records += _actors.recordsOfAttempt(keccak256(abi.encode(id, attempt)));
            }
            assertTrue(records <= 1, "one record");
            if (!_actors.holds(held.batchNo, held.item)) continue;
            assertEq(_actors.attempts(id), held.item.attempt, "only the newest attempt lives");
        }
    }

    function invariant_FinalMeansThatAllFoundItRightOrItsDisputeWasRejected() public view {
        uint256 count = _actors.heldCount();
        for (uint256 i; i < count; ++i) {
            uint64 batchNo = _actors.heldAt(i).batchNo;
            if (!_actors.isFinal(batchNo)) continue;
            bool sound = _actors.allRight(batchNo, 0) && !_actors.faulted(batchNo, 0);
            assertTrue(sound || _actors.rejected(batchNo, 0), "final");
        }
    }

    function invariant_ADisputeFindsWhatMostVotersNamedAndOnlyThat() public view {
        uint256 count = _actors.disputeCount();
        for (uint256 i; i < count; ++i) {
            (uint64 disputeNo, IDisputesTypes.Dispute memory found) = _actors.disputeAt(i);
            if (found.status != IDisputesTypes.DisputeStatus.Upheld) {
                assertEq(found.foundFault, 0, "nothing is found");
                continue;
            }
            uint256 most = _actors.votesFor(disputeNo, found.foundFault);
            assertTrue(found.foundFault != 0 && most != 0, "somebody named it");
            for (uint16 fault = 1; fault <= 11; ++fault) {
                uint256 votes = _actors.votesFor(disputeNo, fault);
                assertTrue(votes <= most, "most named it");
                if (votes != most || fault == found.foundFault) continue;
                bool dearer = _actors.slashBps(fault) >= _actors.slashBps(found.foundFault);
                assertTrue(dearer, "of equals the cheapest");
            }
        }
    }

    function invariant_MoneyIsConserved() public {
        assertEq(_actors.owed(), _actors.registryBalance(), "what is owed is there");
        assertEq(_actors.owed() + _actors.paidOut(), _actors.deposited(), "nothing is lost");
    }

    /// @dev The handlers reach every stage; else the invariants above would say little.
    function test_TheActorsReachEveryStage() public {
        for (uint256 i; i < 1500; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            uint256 choice = dice % 14;
            dice >>= 8;
            if (choice == 0) _actors.wait(dice % 6);
            if (choice == 1) _actors.claim(dice);
            if (choice == 2) _actors.record(latest(dice), dice);
            if (choice == 3) _actors.reveal(dice);
            if (choice == 4) _actors.finaliseSome(latest(dice), dice >> 8);
            if (choice == 5) _actors.reclaim(dice, latest(dice >> 8));
            if (choice == 6) _actors.fallBack(latest(dice));
            if (choice == 7) _actors.expire(dice);
            if (choice == 8) _actors.vote(dice, dice >> 8);
            if (choice == 9) _actors.resolve(dice);
            if (choice == 10) _actors.settle(dice);
            if (choice == 11) _actors.challenge(latest(dice), dice >> 8);
            if (choice == 12) _actors.endChallenge(latest(dice));
            if (choice == 13 && dice % 8 == 0) _actors.equivocate(dice, dice >> 8);
            if (choice == 13 && dice % 8 != 0) _actors.pardon(dice >> 8);
        }
        string[13] memory stages = [
            "claim",
            "reclaim",
            "record",
            "reveal",
            "finalise",
            "dispute",
            "resolve",
            "fallback",
            "expire",
            "challenge",
            "withheld",
            "prove",
            "pardon"
        ];
        for (uint256 i; i < stages.length; ++i) {
            assertTrue(_actors.happened(stages[i]) > 0, stages[i]);
        }
        invariant_ADisputeFindsWhatMostVotersNamedAndOnlyThat();
        invariant_MoneyIsConserved();
        invariant_FinalMeansThatAllFoundItRightOrItsDisputeWasRejected();
        invariant_AnAttemptHasAtMostOneRecordAndAnExecutionAtMostOneHolder();
        invariant_AttemptsIncreaseAndNobodyRecordsOrClaimsWhatIsNotTheirs();
    }

    /// @dev Mostly one of the newest, so that a story goes on.
    function latest(uint256 dice) private view returns (uint256) {
        uint256 count = _actors.heldCount();
        if (count == 0 || dice % 4 == 0) return dice;
        uint256 back = dice % (count < 4 ? count : 4);
        return count - 1 - back;
    }
}

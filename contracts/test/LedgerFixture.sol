// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Beacon } from "../src/Beacon.sol";
import { Disputes } from "../src/Disputes.sol";
import { Executions } from "../src/Executions.sol";
import { Gateway } from "../src/Gateway.sol";
import { Intents } from "../src/Intents.sol";
import { Registry } from "../src/Registry.sol";
import { Vault } from "../src/Vault.sol";
import { IBeacon } from "../src/interfaces/IBeacon.sol";
import { IDisputes } from "../src/interfaces/IDisputes.sol";
import { IExecutions, IExecutionsTypes } from "../src/interfaces/IExecutions.sol";
import { IGateway } from "../src/interfaces/IGateway.sol";
import { IIntents, IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { IRegistry } from "../src/interfaces/IRegistry.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { RegistryFixture } from "./RegistryFixture.sol";

/// @notice All ledger contracts, wired as in production, and nodes whose keys the tests hold.
/// Node `n` is the only node of operator `n`.
abstract contract LedgerFixture is RegistryFixture, IExecutionsTypes {
    uint8 internal constant EVENT = 1;
    uint8 internal constant INTERVAL = 2;
    uint8 internal constant MANUAL = 3;
    /// @dev Class 1 of spec 04: ten seconds.
    uint8 internal constant LEASE_CLASS = 1;
    /// @dev The beacon does not count a chain's length from its tip; a short one is faster to make.
    uint256 internal constant CHAIN = 64;

    Executions internal ledger;
    Beacon internal rounds;
    Disputes internal court;
    Intents internal intents;
    Gateway internal gateway;
    uint256 private _nonce;

    function setUpLedger(uint32 operators) internal {
        setUpLedger(operators, devnetParameters());
    }

    function setUpLedger(uint32 operators, Parameters memory rules) internal {
        deploy(operators, rules);
        for (uint32 i = 1; i <= operators; ++i) {
            commitChain(i);
        }
        mine(1);
    }

    /// @notice Operators are seated, and none has a chain.
    function deploy(uint32 operators, Parameters memory rules) internal {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        uint256 nonce = vm.getNonce(address(this));
        (address rounds_, address ledger_, address court_) =
            (createdAt(nonce + 2), createdAt(nonce + 3), createdAt(nonce + 4));
        registry = new Registry(council, rules, ledger_, rounds_, court_);
        intents = new Intents(registry, ledger_);
        rounds = new Beacon(registry, ledger_, IDisputes(court_));
        ledger = new Executions(registry, intents, IBeacon(rounds_), IDisputes(court_));
        address gateway_ = createdAt(nonce + 6);
        court = new Disputes(registry, intents, ledger, rounds, IGateway(gateway_));
        assertEq(address(court), court_, "addresses as foreseen");
        address vault = address(new Vault(gateway_));
        gateway = new Gateway(registry, intents, ledger, vault, new address[](0));
        assertEq(address(gateway), gateway_, "gateway as foreseen");
        vm.prank(council);
        registry.approveRuntime(1, "runtime", 1);
        seat(operators);
    }

    /// @dev Nonces of a contract start at 1 and stay small here.
    function createdAt(uint256 nonce) internal view returns (address) {
        bytes memory rlp = nonce < 0x80
            ? abi.encodePacked(hex"d694", address(this), uint8(nonce))
            : abi.encodePacked(hex"d794", address(this), hex"81", uint8(nonce));
        return address(uint160(uint256(keccak256(rlp))));
    }

    function mine(uint256 seconds_) internal {
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + seconds_);
    }

    // Beacon

    function commitChain(uint32 operatorNo) internal {
        bytes32 tip = hashed(secret(operatorNo), CHAIN);
        vm.prank(cold(operatorNo));
        rounds.commitChain(operatorNo, tip);
    }

    function secret(uint32 operatorNo) internal pure returns (bytes32) {
        return keccak256(abi.encode("secret", operatorNo));
    }

    function hashed(bytes32 value, uint256 times) internal pure returns (bytes32) {
        for (uint256 i; i < times; ++i) {
            value = keccak256(abi.encodePacked(bytes1(0x03), value));
        }
        return value;
    }

    function preimageOf(uint32 operatorNo) internal view returns (bytes32) {
        (, uint32 used,) = rounds.tipOf(operatorNo);
        return hashed(secret(operatorNo), CHAIN - 1 - used);
    }

    /// @notice Posts the preimages of all members of the current round but `absent`.
    function revealAllBut(uint32 absent) internal {
        uint32[] memory members = rounds.members();
        uint32[] memory who = new uint32[](members.length);
        bytes32[] memory what = new bytes32[](members.length);
        uint256 count;
        for (uint256 i; i < members.length; ++i) {
            if (members[i] == absent) continue;
            (who[count], what[count]) = (members[i], preimageOf(members[i]));
            ++count;
        }
        assembly ("memory-safe") {
            mstore(who, count)
            mstore(what, count)
        }
        (uint40 round,,,) = rounds.currentRound();
        rounds.reveal(round, who, what);
    }

    function closeRound() internal {
        mine(1);
        revealAllBut(0);
    }

    // Intents

    function ownerKey() internal returns (address who, uint256 privateKey) {
        return account("owner");
    }

    function register(uint8 kind) internal returns (uint32) {
        return register(kind, 100_000, 0);
    }

    function register(uint8 kind, uint32 maxExecutions, uint16 perHour) internal returns (uint32) {
        (address owner, uint256 privateKey) = ownerKey();
        return registerFor(owner, privateKey, kind, maxExecutions, perHour);
    }

    function registerFor(
        address owner,
        uint256 privateKey,
        uint8 kind,
        uint32 maxExecutions,
        uint16 perHour
    ) internal returns (uint32) {
        IIntentsTypes.Intent memory intent;
        intent.owner = owner;
        intent.name = "test";
        intent.yamlHash = keccak256("yaml");
        intent.planRoot = keccak256("plan");
        intent.runtime = 1;
        intent.kind = kind;
        // Whatever was missed may still be claimed, as an event may in its window.
        (intent.period, intent.catchUp) = kind == INTERVAL ? (1, 255) : (0, 0);
        intent.leaseClass = LEASE_CLASS;
        intent.validUntilSec = uint40(block.timestamp + 30 days);
        intent.maxExecutions = maxExecutions;
        intent.perHour = perHour;
        intent.nonce = ++_nonce;
        bytes32 digest = intents.hashIntent(intent);
        return intents.register(intent, signature(privateKey, digest), "yaml");
    }

    // Claims

    function tick(uint32 intentNo, uint64 ordinal) internal pure returns (bytes memory) {
        return abi.encodePacked(intentNo, ordinal);
    }

    function ticks(uint32 intentNo, uint64 from, uint256 count)
        internal
        pure
        returns (bytes memory items)
    {
        items = new bytes(count * 12);
        for (uint256 i; i < count; ++i) {
            bytes memory entry = tick(intentNo, uint64(from + i));
            assembly ("memory-safe") {
                mcopy(add(add(items, 0x20), mul(i, 12)), add(entry, 0x20), 12)
            }
        }
    }

    function happening(uint32 intentNo, bytes32 occurrenceId, uint40 t0Sec)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(intentNo, occurrenceId, t0Sec);
    }

    function events(uint32 intentNo, uint256 salt, uint256 count, uint40 t0Sec)
        internal
        pure
        returns (bytes memory items)
    {
        items = new bytes(count * 41);
        for (uint256 i; i < count; ++i) {
            bytes memory entry = happening(intentNo, keccak256(abi.encode(salt, i)), t0Sec);
            assembly ("memory-safe") {
                mcopy(add(add(items, 0x20), mul(i, 41)), add(entry, 0x20), 41)
            }
        }
    }

    function fire(
        uint256 privateKey,
        uint32 intentNo,
        uint64 ordinal,
        uint40 firedAtSec,
        uint40 validUntilSec
    ) internal view returns (bytes memory) {
        bytes32 inputHash = sha256("null");
        bytes32 structHash = Owner.hashFire(
            intents.intentHashOf(intentNo), ordinal, inputHash, firedAtSec, validUntilSec
        );
        bytes32 digest = Owner.digest(intents.domainSeparator(), structHash);
        return abi.encodePacked(
            intentNo, ordinal, inputHash, firedAtSec, validUntilSec, signature(privateKey, digest)
        );
    }

    /// @notice Lets every rank's turn come.
    function waitForAll() internal {
        mine(2 * uint256(registry.generationInfo(registry.generation()).executors) + 1);
    }

    function claimAs(uint32 nodeNo, uint8 kind, bytes memory items)
        internal
        returns (uint64 batchNo, uint256 accepted)
    {
        vm.prank(action(nodeNo));
        return ledger.claim(kind, LEASE_CLASS, items);
    }

    /// @notice `count` ticks of a fresh interval, claimed by a node.
    function claimTicks(uint32 nodeNo, uint256 count) internal returns (uint64 batchNo) {
        uint32 intentNo = register(INTERVAL);
        mine(count);
        waitForAll();
        (batchNo,) = claimAs(nodeNo, INTERVAL, ticks(intentNo, 1, count));
    }

    function itemOf(uint32 intentNo, uint64 ordinal) internal view returns (Item memory item) {
        item.executionId = ledger.executionIdOf(
            intents.intentHashOf(intentNo), Leaves.intervalOccurrence(ordinal)
        );
        item.intentNo = intentNo;
        item.attempt = 1;
        item.ordinal = ordinal;
        item.t0Sec = intents.state(intentNo).start + uint40(ordinal);
    }

    // Records

    function recordsOf(uint256 postedBits) internal pure returns (bytes memory records) {
        uint256 count;
        for (uint256 bits = postedBits; bits != 0; bits &= bits - 1) {
            ++count;
        }
        records = new bytes(count * 128);
        for (uint256 i; i < count * 4; ++i) {
            // The third word is zero, and so are the last five bytes of the fourth (spec 03).
            bytes32 word = i % 4 == 2 ? bytes32(0) : keccak256(abi.encode("record", i));
            if (i % 4 == 3) word = (word >> 40) << 40;
            assembly ("memory-safe") {
                mstore(add(add(records, 0x20), mul(i, 0x20)), word)
            }
        }
    }

    function recordRootOf(uint256 count, uint256 postedBits, bytes calldata records)
        external
        pure
        returns (bytes32)
    {
        bytes32[] memory leaves = new bytes32[](count);
        uint256 offset;
        for (uint256 i; i < count; ++i) {
            if ((postedBits >> i) & 1 == 0) continue;
            leaves[i] = Leaves.record(records, offset);
            offset += 128;
        }
        return Merkle.root(leaves);
    }

    function signRecord(uint32 nodeNo, uint64 batchNo, uint256 postedBits, bytes memory records)
        internal
        returns (bytes memory)
    {
        bytes32 root = this.recordRootOf(ledger.batch(batchNo).count, postedBits, records);
        bytes32 structHash =
            Duty.hashRecordBatch(batchNo, ledger.rootWord(batchNo), root, postedBits, 1, "head");
        return dutySignature(nodeNo, ledger.domainSeparator(), structHash);
    }

    function dutySignature(uint32 nodeNo, bytes32 domain, bytes32 structHash)
        internal
        returns (bytes memory)
    {
        (, uint256 privateKey) = account(string.concat("duty ", vm.toString(uint256(nodeNo))));
        return signature(privateKey, Owner.digest(domain, structHash));
    }

    function recordAs(uint32 nodeNo, uint64 batchNo, uint256 postedBits) internal {
        bytes memory records = recordsOf(postedBits);
        bytes memory signed = signRecord(nodeNo, batchNo, postedBits, records);
        ledger.record(batchNo, postedBits, 1, "head", records, signed);
    }

    /// @notice Claims, records and closes the round: ready for verdicts.
    function recorded(uint32 nodeNo, uint256 count) internal returns (uint64 batchNo) {
        batchNo = claimTicks(nodeNo, count);
        recordAs(nodeNo, batchNo, all(count));
        closeRound();
    }

    function all(uint256 count) internal pure returns (uint256) {
        return count == 256 ? type(uint256).max : (1 << count) - 1;
    }

    // Verdicts

    function reportOf(uint256 fault, uint16 leaf, uint16 faultNo)
        internal
        pure
        returns (bytes memory report)
    {
        for (uint16 i; i < 256; ++i) {
            if ((fault >> i) & 1 == 1) report = abi.encodePacked(report, i, leaf, faultNo);
        }
    }

    /// @notice What a seat thinks; `signVerdict` completes it.
    function opinion(uint32 nodeNo, uint256 fault, uint256 unable)
        internal
        pure
        returns (SeatVerdict memory verdict)
    {
        verdict.nodeNo = nodeNo;
        verdict.fault = fault;
        verdict.unable = unable;
        verdict.reportHash = keccak256(reportOf(fault, 1, 2));
        verdict.salt = keccak256(abi.encode("salt", nodeNo));
        verdict.auditSeq = 1;
        verdict.auditHead = "head";
    }

    function commitmentOf(uint64 batchNo, SeatVerdict memory verdict)
        internal
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                batchNo,
                ledger.batch(batchNo).draw,
                verdict.nodeNo,
                verdict.fault,
                verdict.unable,
                verdict.reportHash,
                verdict.salt
            )
        );
    }

    function setOf(uint64 batchNo, SeatVerdict[] memory verdicts) internal view returns (bytes32) {
        bytes32[] memory commitments = new bytes32[](verdicts.length);
        for (uint256 i; i < verdicts.length; ++i) {
            commitments[i] = commitmentOf(batchNo, verdicts[i]);
        }
        return keccak256(abi.encodePacked(commitments));
    }

    function recordHash(uint64 batchNo) internal view returns (bytes32) {
        return blockhash(ledger.batch(batchNo).recordBlock);
    }

    function signVerdict(uint64 batchNo, SeatVerdict memory verdict, bytes32 set) internal {
        bytes32 structHash = Duty.hashVerdict(
            Duty.Verdict({
                batchNo: batchNo,
                draw: ledger.batch(batchNo).draw,
                recordBlockHash: recordHash(batchNo),
                commitmentsHash: set,
                fault: verdict.fault,
                unable: verdict.unable,
                reportHash: verdict.reportHash,
                auditSeq: verdict.auditSeq,
                auditHead: verdict.auditHead
            })
        );
        verdict.signature = dutySignature(verdict.nodeNo, ledger.domainSeparator(), structHash);
    }

    /// @notice Signed verdicts of the whole committee: seat i says `faults[i]`, `unables[i]`.
    function verdictsOf(uint64 batchNo, uint256[] memory faults, uint256[] memory unables)
        internal
        returns (SeatVerdict[] memory verdicts, bytes[] memory reports)
    {
        uint32[] memory seats = ledger.committee(batchNo);
        verdicts = new SeatVerdict[](seats.length);
        reports = new bytes[](seats.length);
        for (uint256 i; i < seats.length; ++i) {
            verdicts[i] = opinion(seats[i], faults[i], unables[i]);
            reports[i] = reportOf(faults[i], 1, 2);
        }
        bytes32 set = setOf(batchNo, verdicts);
        for (uint256 i; i < seats.length; ++i) {
            signVerdict(batchNo, verdicts[i], set);
        }
    }

    /// @notice As `finalise` takes them (spec 06).
    function packed(SeatVerdict[] memory verdicts, bytes[] memory reports)
        internal
        pure
        returns (bytes memory entries)
    {
        for (uint256 i; i < verdicts.length; ++i) {
            entries = bytes.concat(entries, packed(verdicts[i], reports[i]));
        }
    }

    function packed(SeatVerdict memory verdict, bytes memory report)
        internal
        pure
        returns (bytes memory entry)
    {
        bytes memory signature = verdict.signature.length == 65 ? verdict.signature : new bytes(65);
        uint8 unables = verdict.unable == 0 ? 0 : 1;
        entry = abi.encodePacked(
            verdict.nodeNo,
            verdict.auditSeq,
            verdict.auditHead,
            verdict.salt,
            signature,
            uint16(report.length / 6),
            unables,
            report
        );
        if (unables == 1) entry = abi.encodePacked(entry, verdict.unable);
    }

    function finalise(uint64 batchNo, uint256[] memory faults, uint256[] memory unables) internal {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) =
            verdictsOf(batchNo, faults, unables);
        ledger.finalise(batchNo, recordHash(batchNo), packed(verdicts, reports));
    }

    /// @notice Seat 0 says `fault` and `unable`; the others find everything right.
    function finaliseFirst(uint64 batchNo, uint256 fault, uint256 unable) internal {
        uint256[] memory faults = new uint256[](5);
        uint256[] memory unables = new uint256[](5);
        (faults[0], unables[0]) = (fault, unable);
        finalise(batchNo, faults, unables);
    }

    function finaliseRight(uint64 batchNo) internal {
        finaliseFirst(batchNo, 0, 0);
    }
}

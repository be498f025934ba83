// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Gas from claim to final, as a whole transaction costs it; run with `-vv` to read the table.
contract LedgerGasTest is LedgerFixture {
    /// @dev Where forge reads lines for `-vv`; it has no code.
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;

    struct Costs {
        uint256 claim;
        uint256 record;
        uint256 close;
        uint256 finalise;
    }

    function setUp() public {
        setUpLedger(7);
        // The first batches and rounds write slots that are never empty again.
        finaliseRight(recorded(1, 1));
        finaliseRight(recorded(1, 1));
    }

    function test_GasOfIntervalsOfOneIntent() public {
        measure(INTERVAL, false);
    }

    function test_GasOfEventsOfOneIntent() public {
        measure(EVENT, false);
    }

    function test_GasOfIntervalsOfDistinctIntents() public {
        measure(INTERVAL, true);
    }

    function test_GasOfEventsOfDistinctIntents() public {
        measure(EVENT, true);
    }

    function measure(uint8 kind, bool distinct) private {
        uint16[4] memory sizes = [1, 16, 64, 256];
        for (uint256 i; i < sizes.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            Costs memory costs = run(kind, distinct, sizes[i]);
            vm.revertToState(snapshot);
            show(kind, distinct, sizes[i], costs);
        }
    }

    function run(uint8 kind, bool distinct, uint256 size) private returns (Costs memory costs) {
        bytes memory items = itemsOf(kind, distinct, size);
        bytes memory call = abi.encodeCall(ledger.claim, (kind, LEASE_CLASS, items));
        costs.claim = send(action(1), address(ledger), call);
        uint64 batchNo = ledger.batchCount();
        assertEq(ledger.batch(batchNo).count, size, "all accepted");

        bytes memory records = recordsOf(all(size));
        bytes memory signed = signRecord(1, batchNo, all(size), records);
        call = abi.encodeCall(ledger.record, (batchNo, all(size), 1, "head", records, signed));
        costs.record = send(address(this), address(ledger), call);

        mine(1);
        costs.close = send(address(this), address(rounds), revealCall());
        uint256[] memory none = new uint256[](5);
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = verdictsOf(batchNo, none, none);
        bytes32 recordBlockHash = recordHash(batchNo);
        call = abi.encodeCall(
            ledger.finalise, (batchNo, recordBlockHash, packed(verdicts, reports))
        );
        costs.finalise = send(address(this), address(ledger), call);
        assertTrue(ledger.isFinal(batchNo, uint16(size - 1)), "final");
    }

    function itemsOf(uint8 kind, bool distinct, uint256 size) private returns (bytes memory items) {
        uint256 intentsWanted = distinct ? size : 1;
        uint32 first = register(kind);
        for (uint256 i = 1; i < intentsWanted; ++i) {
            register(kind);
        }
        mine(distinct ? 1 : size);
        waitForAll();
        uint40 t0Sec = uint40(block.timestamp - 20);
        if (!distinct) {
            return kind == INTERVAL ? ticks(first, 1, size) : events(first, 0, size, t0Sec);
        }
        for (uint32 i; i < size; ++i) {
            bytes memory entry = kind == INTERVAL
                ? tick(first + i, 1)
                : happening(first + i, keccak256(abi.encode(i)), t0Sec);
            items = bytes.concat(items, entry);
        }
    }

    function revealCall() private view returns (bytes memory) {
        uint32[] memory members = rounds.members();
        bytes32[] memory preimages = new bytes32[](members.length);
        for (uint256 i; i < members.length; ++i) {
            preimages[i] = preimageOf(members[i]);
        }
        (uint40 round,,,) = rounds.currentRound();
        return abi.encodeCall(rounds.reveal, (round, members, preimages));
    }

    /// @dev What a transaction pays: intrinsic gas and calldata (EIP-7623: at least its floor), cold accounts and
    /// slots as in a transaction of its own. Refunds are left out: the figures are an upper bound.
    function send(address from, address to, bytes memory data) private returns (uint256 cost) {
        vm.cool(address(ledger));
        vm.cool(address(rounds));
        vm.cool(address(registry));
        vm.cool(address(intents));
        uint256 zeros;
        for (uint256 i; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        uint256 tokens = zeros + 4 * (data.length - zeros);
        vm.prank(from);
        uint256 before = gasleft();
        (bool done,) = to.call(data);
        uint256 used = before - gasleft();
        assertTrue(done, "sent");
        uint256 paid = 21_000 + 4 * tokens + used;
        uint256 floor = 21_000 + 10 * tokens;
        return paid > floor ? paid : floor;
    }

    function show(uint8 kind, bool distinct, uint256 size, Costs memory costs) private view {
        uint256 sum = costs.claim + costs.record + costs.close + costs.finalise;
        string memory line = string.concat(
            kind == INTERVAL ? "interval" : "event",
            distinct ? ", distinct intents, " : ", one intent, ",
            vm.toString(size),
            ": per item ",
            vm.toString(sum / size),
            " = claim ",
            vm.toString(costs.claim / size)
        );
        print(
            string.concat(
                line,
                " + record ",
                vm.toString(costs.record / size),
                " + close ",
                vm.toString(costs.close / size),
                " + finalise ",
                vm.toString(costs.finalise / size)
            )
        );
    }

    function print(string memory line) private view {
        (bool done,) = CONSOLE.staticcall(abi.encodeWithSignature("log(string)", line));
        assertTrue(done, "printed");
    }
}

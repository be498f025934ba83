// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice From a claim to a final execution.
contract LedgerTest is LedgerFixture {
    function setUp() public {
        setUpLedger(7);
    }

    function test_AnExecutionThatEverySeatFindsRightIsFinal() public {
        uint64 batchNo = recorded(1, 3);
        assertFalse(ledger.isFinal(batchNo, 0), "before the verdict");
        finaliseRight(batchNo);
        for (uint16 i; i < 3; ++i) {
            assertTrue(ledger.isFinal(batchNo, i), "final");
        }
        assertFalse(ledger.isFinal(batchNo, 3), "beyond the batch");
        assertEq(uint8(ledger.batch(batchNo).status), uint8(BatchStatus.Settled), "settled");
    }

    function test_ABatchIsOneSlotAsTheSpecificationLaysItOut() public {
        uint64 batchNo = recorded(2, 3);
        Batch memory found = ledger.batch(batchNo);
        assertEq(found.nodeNo, 2, "node");
        assertEq(found.count, 3, "count");
        assertEq(found.round, 1, "round");
        assertEq(found.generation, 1, "generation");
        assertEq(found.recordBlock, block.number - 1, "record block");
        assertEq(ledger.posted(batchNo), 7, "posted");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IGatewayEvents, IGatewayTypes } from "../src/interfaces/IGateway.sol";
import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Counter } from "./GatewayTargets.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice The gateway above the real ledger: from a claim to an action, and no longer than the lease.
contract GatewayLedgerTest is LedgerFixture, IGatewayTypes, IGatewayEvents {
    Counter private counter;
    Action private given;
    uint64 private batchNo;

    function setUp() public {
        setUpLedger(7);
        counter = new Counter();
        bytes memory callData = abi.encodeCall(Counter.add, (1));
        bytes32 leaf =
            Leaves.permission(0, address(counter), 0, keccak256(callData), Leaves.MODE_LITERAL);
        uint32 intentNo = registerPlan(Leaves.planRoot("plan", "steps", Merkle.seal(leaf, 1)));
        waitForAll();
        (batchNo,) = claimAs(1, INTERVAL, tick(intentNo, 1));
        given.batchNo = batchNo;
        given.item = itemOf(intentNo, 1);
        given.target = address(counter);
        given.callData = callData;
        given.planHash = "plan";
        given.stepsRoot = "steps";
        given.permissionCount = 1;
    }

    function test_TheHolderActsOnceWhileItsLeaseLives() public {
        assertEq(act(1), 1, "done");
        assertEq(counter.total(), 1, "effect");
        assertSkipped(1, Skip.AlreadyDone);
    }

    function test_AnotherNodeDoesNotHoldIt() public {
        assertSkipped(2, Skip.LeaseNotHeld);
    }

    function test_AnItemOutsideTheBatchIsNotHeld() public {
        given.item.t0Sec += 1;
        assertSkipped(1, Skip.LeaseNotHeld);
        given.item.t0Sec -= 1;
        given.index = 1;
        assertSkipped(1, Skip.LeaseNotHeld);
        given.index = 0;
        given.itemPath.push("one too many");
        assertSkipped(1, Skip.LeaseNotHeld);
        given.batchNo += 1;
        assertSkipped(1, Skip.LeaseNotHeld);
    }

    function test_AfterTheDeadlineItIsNotHeld() public {
        vm.warp(ledger.batch(batchNo).deadlineSec + 1);
        assertSkipped(1, Skip.LeaseNotHeld);
    }

    function test_OnceRecordedItIsNotHeld() public {
        recordAs(1, batchNo, 1);
        assertSkipped(1, Skip.LeaseNotHeld);
    }

    function test_AfterARevocationNothingIsDone() public {
        bytes32 intentHash = intents.intentHashOf(given.item.intentNo);
        (address owner,) = ownerKey();
        vm.prank(owner);
        intents.revoke(intentHash);
        assertSkipped(1, Skip.IntentNotLive);
    }

    function act(uint32 nodeNo) private returns (uint256) {
        Action[] memory list = new Action[](1);
        list[0] = given;
        vm.prank(action(nodeNo));
        return gateway.act(list);
    }

    function assertSkipped(uint32 nodeNo, Skip reason) private {
        vm.expectEmit(address(gateway));
        emit ActionSkipped(given.item.executionId, given.step, reason);
        assertEq(act(nodeNo), 0, "skipped");
    }

    function registerPlan(bytes32 planRoot) private returns (uint32) {
        (address owner, uint256 privateKey) = ownerKey();
        IIntentsTypes.Intent memory intent;
        intent.owner = owner;
        intent.yamlHash = keccak256("yaml");
        intent.planRoot = planRoot;
        intent.runtime = 1;
        intent.kind = INTERVAL;
        intent.leaseClass = LEASE_CLASS;
        intent.period = 1;
        intent.validUntilSec = uint40(block.timestamp + 1 days);
        intent.maxExecutions = 10;
        intent.nonce = 99;
        bytes memory by = signature(privateKey, intents.hashIntent(intent));
        return intents.register(intent, by, "yaml");
    }
}

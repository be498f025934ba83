// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IDisputesErrors, IDisputesEvents } from "../src/interfaces/IDisputes.sol";
import { IGatewayEvents, IGatewayTypes } from "../src/interfaces/IGateway.sol";
import { IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { Counter } from "./GatewayTargets.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice What is done through the gateway stands in a record, or somebody pays (spec 07 and 09).
contract LapsesTest is LedgerFixture, IGatewayTypes, IGatewayEvents, IDisputesEvents {
    /// @dev Seven ranks of 2 s and a verdict window of 20 s.
    uint256 private constant TURNS = 34;

    Counter private counter;
    Action private given;
    uint64 private batchNo;
    uint32 private intentNo;
    bytes32 private id;

    function setUp() public {
        setUpLedger(7);
        counter = new Counter();
        bytes memory callData = abi.encodeCall(Counter.add, (1));
        bytes32 leaf =
            Leaves.permission(0, address(counter), 0, keccak256(callData), Leaves.MODE_LITERAL);
        intentNo = registerPlan(Leaves.planRoot("plan", "steps", Merkle.seal(leaf, 1)));
        mine(2);
        waitForAll();
        (batchNo,) = claimAs(1, INTERVAL, ticks(intentNo, 1, 2));
        given.batchNo = batchNo;
        given.item = itemOf(intentNo, 1);
        given.itemPath.push(leafOf(itemOf(intentNo, 2)));
        given.target = address(counter);
        given.callData = callData;
        given.planHash = "plan";
        given.stepsRoot = "steps";
        given.permissionCount = 1;
        id = given.item.executionId;
    }

    function test_WhoActsAndRecordsNothingIsSlashed() public {
        act(1);
        turnsOver(batchNo);
        vm.expectEmit(address(court));
        emit FaultJudged(20, 1, batchNo, BOND / 5);
        court.actedWithoutRecord(id, 0);
        assertEq(bond(1), BOND - BOND / 5, "twenty percent");
        assertRevertsAsPunished();
    }

    function test_WhoActsAndRecordsOnlyTheRestIsSlashed() public {
        act(1);
        recordAs(1, batchNo, 2);
        turnsOver(batchNo);
        court.actedWithoutRecord(id, 0);
        assertEq(bond(1), BOND - BOND / 5, "twenty percent");
    }

    function test_BesideTheFaultOfAnExpiredClaimItCostsItsOwnShare() public {
        act(1);
        turnsOver(batchNo);
        court.claimWithoutRecord(batchNo);
        court.actedWithoutRecord(id, 0);
        uint256 left = BOND - BOND / 200;
        assertEq(bond(1), left - left / 5, "both");
    }

    function test_Revert_WhenItWasRecorded() public {
        act(1);
        recordAs(1, batchNo, 3);
        turnsOver(batchNo);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.HasRecord.selector, batchNo, 0));
        court.actedWithoutRecord(id, 0);
    }

    function test_Revert_WhenNothingWasDone() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotActed.selector, id, 0));
        court.actedWithoutRecord(id, 0);
    }

    function test_Revert_WhileSomebodyMayStillAnswerForIt() public {
        act(1);
        uint256 untilSec = ledger.batch(batchNo).deadlineSec + TURNS;
        vm.warp(untilSec);
        bytes4 error_ = IDisputesErrors.MayBeAdopted.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, id, untilSec));
        court.actedWithoutRecord(id, 0);
        // A second attempt that is under way may come to the same step.
        uint64 second = reclaimAs(2);
        untilSec = ledger.batch(second).deadlineSec + TURNS;
        vm.expectRevert(abi.encodeWithSelector(error_, id, untilSec));
        court.actedWithoutRecord(id, 0);
        turnsOver(second);
        court.actedWithoutRecord(id, 0);
        assertEq(bond(1), BOND - BOND / 5, "it did not");
        assertEq(bond(2), BOND, "the second did nothing wrong with this");
    }

    function test_AnHonestCrashCostsNothingHereOnceTheNextAttemptWantsTheSame() public {
        act(1);
        uint64 second = crashAndReclaim();
        vm.expectEmit(address(gateway));
        emit ActionAdopted(id, 0, 2, second);
        assertEq(act(2), 0, "nothing is done twice");
        assertEq(counter.total(), 1, "one effect");
        (uint64 by, uint16 index, uint8 attempt) = gateway.doneBy(id, 0);
        assertEq(by, second, "the second answers");
        assertEq(index, 0, "its place");
        assertEq(attempt, 2, "its attempt");
        recordAs(2, second, 1);
        turnsOver(second);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.HasRecord.selector, second, 0));
        court.actedWithoutRecord(id, 0);
        assertEq(bond(1), BOND, "first");
        assertEq(bond(2), BOND, "second");
    }

    function test_WhoAdoptsAnActionAndRecordsNothingAnswersForIt() public {
        act(1);
        uint64 second = crashAndReclaim();
        act(2);
        turnsOver(second);
        court.actedWithoutRecord(id, 0);
        assertEq(bond(2), BOND - BOND / 5, "who adopted");
        assertEq(bond(1), BOND, "not who did it");
    }

    function test_AnActionCanBeAdoptedAfterARevocationAndNeverOnesOwn() public {
        act(1);
        vm.expectEmit(address(gateway));
        emit ActionSkipped(id, 0, Skip.AlreadyDone);
        act(1);
        uint64 second = crashAndReclaim();
        bytes32 intentHash = intents.intentHashOf(intentNo);
        (address owner,) = ownerKey();
        vm.prank(owner);
        intents.revoke(intentHash);
        act(2);
        (uint64 by,,) = gateway.doneBy(id, 0);
        assertEq(by, second, "what is done is done");
        act(2);
        vm.expectEmit(address(gateway));
        emit ActionSkipped(id, 0, Skip.AlreadyDone);
        act(2);
    }

    function test_WithoutItsLeaseOrItsPermissionNobodyAdopts() public {
        act(1);
        crashAndReclaim();
        given.stepsRoot = "other";
        vm.expectEmit(address(gateway));
        emit ActionSkipped(id, 0, Skip.NotPermitted);
        act(2);
        given.stepsRoot = "steps";
        vm.expectEmit(address(gateway));
        emit ActionSkipped(id, 0, Skip.LeaseNotHeld);
        act(3);
    }

    function act(uint32 nodeNo) private returns (uint256) {
        Action[] memory list = new Action[](1);
        list[0] = given;
        vm.prank(action(nodeNo));
        return gateway.act(list);
    }

    function bond(uint32 operatorNo) private view returns (uint256) {
        return registry.operator(operatorNo).bondWei;
    }

    function assertRevertsAsPunished() private {
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.AlreadyPunished.selector, batchNo));
        court.actedWithoutRecord(id, 0);
    }

    function turnsOver(uint64 number) private {
        vm.warp(uint256(ledger.batch(number).deadlineSec) + TURNS + 1);
    }

    function crashAndReclaim() private returns (uint64) {
        vm.warp(uint256(ledger.batch(batchNo).deadlineSec) + 15);
        return reclaimAs(2);
    }

    /// @dev Node 2 takes the execution over; from then on the action is given under the new batch.
    function reclaimAs(uint32 nodeNo) private returns (uint64 second) {
        Reclaim[] memory items = new Reclaim[](1);
        items[0].batchNo = batchNo;
        items[0].item = given.item;
        items[0].path = given.itemPath;
        vm.prank(action(nodeNo));
        (second,) = ledger.reclaim(LEASE_CLASS, items);
        given.batchNo = second;
        given.item.attempt = 2;
        given.itemPath.pop();
    }

    function leafOf(Item memory item) private pure returns (bytes32) {
        return Leaves.item(item.executionId, item.intentNo, item.attempt, item.ordinal, item.t0Sec);
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
        (intent.period, intent.catchUp) = (1, 255);
        intent.validUntilSec = uint40(block.timestamp + 1 days);
        intent.maxExecutions = 10;
        intent.nonce = 99;
        bytes memory by = signature(privateKey, intents.hashIntent(intent));
        return intents.register(intent, by, "yaml");
    }
}

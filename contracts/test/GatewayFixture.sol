// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Gateway } from "../src/Gateway.sol";
import { Vault } from "../src/Vault.sol";
import { IExecutions, IExecutionsTypes } from "../src/interfaces/IExecutions.sol";
import { IGatewayErrors, IGatewayEvents, IGatewayTypes } from "../src/interfaces/IGateway.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { Merkle } from "../src/libraries/Merkle.sol";
import { IntentsFixture } from "./IntentsFixture.sol";
import { Vm } from "./Vm.sol";

/// @notice As much of Executions as the gateway asks: batches of one item.
contract LeaseBook is IExecutionsTypes {
    mapping(uint64 batchNo => bytes32) private _itemOf;
    mapping(uint64 batchNo => uint32) private _nodeOf;
    mapping(uint64 batchNo => bool) private _isLive;

    function put(uint64 batchNo, bytes32 itemHash) external {
        _itemOf[batchNo] = itemHash;
    }

    function set(uint64 batchNo, uint32 nodeNo, bool live) external {
        _nodeOf[batchNo] = nodeNo;
        _isLive[batchNo] = live;
    }

    function holds(uint64 batchNo, uint16, Item calldata item, bytes32[] calldata)
        external
        view
        returns (bool live, uint32 nodeNo)
    {
        bool found = _itemOf[batchNo] == keccak256(abi.encode(item));
        return (found && _isLive[batchNo], found ? _nodeOf[batchNo] : 0);
    }
}

/// @notice A gateway with one node, which holds every lease, and intents that permit what a test asks.
abstract contract GatewayFixture is
    IntentsFixture,
    IExecutionsTypes,
    IGatewayTypes,
    IGatewayErrors,
    IGatewayEvents
{
    uint32 internal constant NODE = 1;
    uint16 internal constant STEP = 3;
    address internal constant FORBIDDEN = address(0xF0BB1D);

    Gateway internal gateway;
    Vault internal vaultImplementation;
    LeaseBook internal leases;
    uint64 private _lastBatchNo;

    function setUpGateway() internal {
        leases = new LeaseBook();
        executions = address(leases);
        setUpIntents();
        bonded(NODE);
        join(NODE, NODE, BOTH);
        address[] memory forbidden = new address[](1);
        forbidden[0] = FORBIDDEN;
        // The gateway comes next but one, as in a deployment.
        vaultImplementation = new Vault(nextButOne());
        gateway = new Gateway(
            registry, intents, IExecutions(executions), address(vaultImplementation), forbidden
        );
    }

    /// @notice An action that a fresh intent of alice's permits, in a batch of its own.
    function permitted(address target, uint256 valueWei, bytes memory callData)
        internal
        returns (Action memory given)
    {
        uint64 number = ++_lastBatchNo;
        given.batchNo = number;
        given.step = STEP;
        given.target = target;
        given.valueWei = valueWei;
        given.callData = callData;
        given.planHash = "plan";
        given.stepsRoot = "steps";
        given.permissionIndex = 2;
        given.permissionCount = 3;
        // The third of three: it moves up once and has one sibling.
        given.permissionPath = new bytes32[](1);
        given.permissionPath[0] = Merkle.node("first", "second");
        bytes32 leaf =
            Leaves.permission(STEP, target, valueWei, keccak256(callData), Leaves.MODE_LITERAL);
        bytes32 root = Merkle.seal(Merkle.node(given.permissionPath[0], leaf), 3);
        given.item = Item({
            executionId: keccak256(abi.encode(number)),
            intentNo: intentFor(number, Leaves.planRoot("plan", "steps", root)),
            attempt: 1,
            ordinal: number,
            t0Sec: uint40(block.timestamp)
        });
        leases.put(number, keccak256(abi.encode(given.item)));
        leases.set(number, NODE, true);
    }

    function act(Action memory given) internal returns (uint256) {
        Action[] memory list = new Action[](1);
        list[0] = given;
        vm.prank(action(NODE));
        return gateway.act(list);
    }

    function assertSkipped(Action memory given, Skip reason) internal {
        vm.expectEmit(address(gateway));
        emit ActionSkipped(given.item.executionId, given.step, reason);
        assertEq(act(given), 0, "skipped");
    }

    function cut(bytes memory given, uint256 length) internal pure returns (bytes memory short) {
        short = new bytes(length);
        for (uint256 i; i < length; ++i) {
            short[i] = given[i];
        }
    }

    /// @notice Bytes of data in the longest log since recording began.
    function longestLog() internal returns (uint256 longest) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].data.length > longest) longest = logs[i].data.length;
        }
    }

    function intentFor(uint64 number, bytes32 planRoot) private returns (uint32) {
        Intent memory intent = draft();
        intent.nonce = 1000 + number;
        intent.planRoot = planRoot;
        return register(intent);
    }

    function nextButOne() private view returns (address) {
        uint64 nonce = vm.getNonce(address(this)) + 1;
        bytes memory encoded = nonce < 0x80
            ? abi.encodePacked(bytes1(0xd6), bytes1(0x94), address(this), uint8(nonce))
            : abi.encodePacked(
                bytes1(0xd7), bytes1(0x94), address(this), bytes1(0x81), uint8(nonce)
            );
        return address(uint160(uint256(keccak256(encoded))));
    }
}

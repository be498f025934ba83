// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Intents } from "../src/Intents.sol";
import { IIntentsErrors, IIntentsEvents, IIntentsTypes } from "../src/interfaces/IIntents.sol";
import { RegistryFixture } from "./RegistryFixture.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract wallet (ERC-1271) with one key, which it can forget.
contract Wallet {
    address private _key;

    constructor(address key) {
        _key = key;
    }

    receive() external payable { }

    function forget() external {
        _key = address(0);
    }

    function run(address target, bytes calldata data) external returns (bytes memory returned) {
        bool success;
        (success, returned) = target.call(data);
        require(success);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return signer != address(0) && signer == _key ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Intents above a registry, with one owner whose key the tests hold.
abstract contract IntentsFixture is RegistryFixture, IIntentsTypes, IIntentsErrors, IIntentsEvents {
    bytes internal constant YAML = "deed: v1\nname: pay\n";

    Intents internal intents;
    address internal alice;
    uint256 internal aliceKey;

    function setUpIntents() internal {
        setUpRegistry();
        vm.prank(council);
        registry.approveRuntime(1, "code", 0);
        intents = new Intents(registry, executions);
        (alice, aliceKey) = account("alice");
    }

    /// @notice Manual, class 2, a thousand executions, no hourly limit.
    function draft() internal view returns (Intent memory intent) {
        intent.owner = alice;
        intent.name = "pay";
        intent.summary = "Pays";
        intent.yamlHash = keccak256(YAML);
        intent.planRoot = "plan";
        intent.runtime = 1;
        intent.kind = 3;
        intent.leaseClass = 2;
        intent.validUntilSec = uint40(block.timestamp + 30 days);
        intent.maxExecutions = 1000;
        intent.nonce = 5;
        intent.permissions = new Permission[](0);
    }

    function register(Intent memory intent) internal returns (uint32) {
        return intents.register(intent, signed(intent), YAML);
    }

    function signed(Intent memory intent) internal view returns (bytes memory) {
        return signature(aliceKey, intents.hashIntent(intent));
    }
}

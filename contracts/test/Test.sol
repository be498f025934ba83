// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { Vm } from "./Vm.sol";

/// @notice What every contract test starts from: the cheat codes and a few assertions.
abstract contract Test {
    /// @dev What an invariant test may call; forge asks for these by name.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    error NotTrue(string what);
    error NotEqual(string what, string actual, string expected);
    error NotWithin(string what, string actual, string low, string high);

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    // forge reads this by its name to know a test contract.
    // forge-lint: disable-next-line(mixed-case-variable)
    bool public IS_TEST = true;

    address[] private _targets;
    FuzzSelector[] private _selectors;
    address[] private _senders;

    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    function targetSenders() external view returns (address[] memory) {
        return _senders;
    }

    function targetContract(address handler) internal {
        _targets.push(handler);
    }

    function targetSelector(address handler, bytes4[] memory selectors) internal {
        _selectors.push(FuzzSelector({ addr: handler, selectors: selectors }));
    }

    function targetSender(address sender) internal {
        _senders.push(sender);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    function assertFalse(bool condition, string memory what) internal pure {
        if (condition) revert NotTrue(what);
    }

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) {
            revert NotEqual(what, vm.toString(actual), vm.toString(expected));
        }
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        if (actual != expected) {
            revert NotEqual(what, vm.toString(actual), vm.toString(expected));
        }
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory what) internal pure {
        if (actual != expected) {
            revert NotEqual(what, vm.toString(actual), vm.toString(expected));
        }
    }

    function assertEq(bytes memory actual, bytes memory expected, string memory what)
        internal
        pure
    {
        if (keccak256(actual) != keccak256(expected)) {
            revert NotEqual(what, vm.toString(actual), vm.toString(expected));
        }
    }

    function assertEq(string memory actual, string memory expected, string memory what)
        internal
        pure
    {
        if (keccak256(bytes(actual)) != keccak256(bytes(expected))) {
            revert NotEqual(what, actual, expected);
        }
    }

    function assertWithin(uint256 actual, uint256 low, uint256 high, string memory what)
        internal
        pure
    {
        if (actual < low || actual > high) {
            revert NotWithin(what, vm.toString(actual), vm.toString(low), vm.toString(high));
        }
    }

    /// @notice Folds a fuzzed value into a range; every value of the range can come up.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        assertTrue(low <= high, "bound: an empty range");
        uint256 span = high - low;
        return span == type(uint256).max ? value : low + (value % (span + 1));
    }

    /// @notice A labelled account with its private key, the same in each run.
    function account(string memory name) internal returns (address who, uint256 privateKey) {
        privateKey = uint256(keccak256(bytes(name))) % (2 ** 255);
        who = vm.addr(privateKey);
        vm.label(who, name);
    }

    /// @notice `r ‖ s ‖ v`, as contracts take a signature.
    function signature(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }
}

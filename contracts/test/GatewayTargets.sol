// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IGateway, IGatewayTypes } from "../src/interfaces/IGateway.sol";

/// @notice A well-behaved target.
contract Counter {
    uint256 public total;
    address public caller;

    function add(uint256 amount) external returns (uint256) {
        total += amount;
        caller = msg.sender;
        return total;
    }
}

/// @notice Reverts until it relents.
contract Stubborn {
    error NotYetReady(uint256 code);

    bool private _ready;

    function relent() external {
        _ready = true;
    }

    function poke() external view {
        require(_ready, NotYetReady(7));
    }
}

/// @notice Calls the gateway from inside its own action.
contract Reentrant {
    uint256 public entries;
    uint256 public doneInside;
    IGateway private _gateway;
    IGatewayTypes.Action[] private _again;

    function aim(IGateway gateway, IGatewayTypes.Action calldata given) external {
        _gateway = gateway;
        _again.push(given);
    }

    function comeBack() external {
        ++entries;
        doneInside = _gateway.act(_again);
    }
}

/// @notice Returns, or reverts with, as many bytes as asked.
contract Bomb {
    function back(uint256 size) external pure {
        assembly ("memory-safe") {
            return(0x80, size)
        }
    }

    function fail(uint256 size) external pure {
        assembly ("memory-safe") {
            revert(0x80, size)
        }
    }
}

/// @notice Returns what it was told to say.
contract Verbose {
    bytes private _words;

    function say(bytes calldata words) external {
        _words = words;
    }

    function speak() external view returns (bytes memory) {
        return _words;
    }
}

/// @notice Uses all its gas, or says how much it was given.
contract Glutton {
    uint256 public seen;

    function eat() external pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function measure(bytes calldata) external {
        seen = gasleft();
    }
}

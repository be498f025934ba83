// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token for demonstrations: whoever deploys it holds a million.
contract SampleToken is ERC20 {
    constructor() ERC20("Deed Sample", "SAMPLE") {
        _mint(msg.sender, 1_000_000 ether);
    }
}

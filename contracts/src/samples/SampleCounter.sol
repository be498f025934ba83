// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A counter for demonstrations: counts for each caller, so that a vault's calls show.
contract SampleCounter {
    error TooMuch(uint256 by);

    event Counted(address indexed caller, uint256 by, uint256 total);

    mapping(address caller => uint256) public totalOf;

    function count(uint256 by) external {
        require(by <= 1000, TooMuch(by));
        totalOf[msg.sender] += by;
        emit Counted(msg.sender, by, totalOf[msg.sender]);
    }
}

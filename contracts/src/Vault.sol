// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IVault } from "./interfaces/IGateway.sol";
import { Clones } from "@openzeppelin/contracts/proxy/Clones.sol";
import { ERC1155Holder } from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import { ERC721Holder } from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";

/// @title Vault: a user's own account contract, cloned by the gateway.
/// @notice The owner stands in the clone's code: there is nothing to initialise, and nothing to change.
contract Vault is IVault, ERC721Holder, ERC1155Holder {
    address private immutable _gateway;
    address private immutable _implementation;

    constructor(address gateway) {
        _gateway = gateway;
        _implementation = address(this);
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @inheritdoc IVault
    function execute(address target, uint256 valueWei, bytes calldata data)
        external
        returns (bytes memory)
    {
        require(msg.sender == _gateway || msg.sender == owner(), NotAllowed(msg.sender));
        require(data.length == 0 || target.code.length != 0, NoCode(target));
        (bool success, bytes memory returned) = target.call{ value: valueWei }(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(returned, 0x20), mload(returned))
            }
        }
        return returned;
    }

    /// @inheritdoc IVault
    /// @dev The implementation itself belongs to nobody.
    function owner() public view returns (address) {
        if (address(this) == _implementation) return address(0);
        return address(bytes20(Clones.fetchCloneArgs(address(this))));
    }
}

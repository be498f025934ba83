// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract wallet (ERC-1271) for demonstrations: one key signs for it, until that key names another.
contract SampleWallet {
    error NotTheKey(address sender);

    address public key;

    constructor(address first) {
        key = first;
    }

    function change(address next) external {
        require(msg.sender == key, NotTheKey(msg.sender));
        key = next;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return signer != address(0) && signer == key ? this.isValidSignature.selector : bytes4(0);
    }
}

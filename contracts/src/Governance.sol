// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Council } from "./governance/Council.sol";
import { Guardians } from "./governance/Guardians.sol";

/// @title Governance: a council that decides behind a timelock, and guardians that may only restrict.
contract Governance is Guardians {
    constructor(Setup memory setup) Council(setup) Guardians(setup) { }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistry } from "../interfaces/IRegistry.sol";
import { ParameterBounds } from "../libraries/ParameterBounds.sol";
import { Book, Books, KeyUse, UnbondingTerm } from "./Book.sol";

/// @title The registry's rules: the council, what it may change, and inside which bounds.
abstract contract Rules is IRegistry {
    /// @dev The longest that a guardian may do anything for.
    uint256 internal constant GUARDED_PAUSE_SEC = 3 days;
    uint256 internal constant GUARDED_SEC = 7 days;

    address internal immutable _executions;
    address internal immutable _beacon;
    address internal immutable _disputes;

    Book internal _book;
    address internal _council;
    address internal _guardian;
    mapping(uint16 version => Runtime) private _runtimes;

    modifier onlyCouncil() {
        _requireCouncil();
        _;
    }

    constructor(
        address council_,
        Parameters memory parameters_,
        address executions,
        address beacon,
        address disputes
    ) {
        _executions = executions;
        _beacon = beacon;
        _disputes = disputes;
        // No contract of the ledger is anybody's key.
        _book.useOf[address(this)] = KeyUse.Ledger;
        _book.useOf[executions] = KeyUse.Ledger;
        _book.useOf[beacon] = KeyUse.Ledger;
        _book.useOf[disputes] = KeyUse.Ledger;
        _setCouncil(council_);
        _setParameters(parameters_);
    }

    /// @inheritdoc IRegistry
    function approveRuntime(uint16 version, bytes32 codeHash, uint40 activeFromSec)
        external
        onlyCouncil
    {
        require(codeHash != 0, EmptyField("codeHash"));
        require(version != 0, OutOfBounds("version", version));
        require(_runtimes[version].codeHash == 0, RuntimeKnown(version));
        _runtimes[version] =
            Runtime({ codeHash: codeHash, activeFromSec: activeFromSec, deprecatedAtSec: 0 });
        emit RuntimeApproved(version, codeHash, activeFromSec);
    }

    /// @inheritdoc IRegistry
    function deprecateRuntime(uint16 version, uint40 deprecatedAtSec) external onlyCouncil {
        require(_runtimes[version].codeHash != 0, UnknownRuntime(version));
        _runtimes[version].deprecatedAtSec = deprecatedAtSec;
        emit RuntimeDeprecated(version, deprecatedAtSec);
    }

    /// @inheritdoc IRegistry
    function setParameters(Parameters calldata parameters_) external onlyCouncil {
        _setParameters(parameters_);
    }

    /// @inheritdoc IRegistry
    function setMinimumKeyTier(uint8 role, uint8 tier) external onlyCouncil {
        require(role == Books.EXECUTOR || role == Books.VERIFIER, BadRoles(role));
        require(tier <= Books.HIGHEST_TIER, OutOfBounds("tier", tier));
        _book.minimumTierOf[role] = tier;
        emit MinimumKeyTierChanged(role, tier);
    }

    /// @inheritdoc IRegistry
    function setCouncil(address council_) external onlyCouncil {
        _setCouncil(council_);
    }

    /// @inheritdoc IRegistry
    function setGuardian(address guardian_) external onlyCouncil {
        _guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    /// @inheritdoc IRegistry
    function pauseClaims(uint40 untilSec, bytes32 reasonHash) external {
        if (msg.sender != _council) {
            _requireRestriction(untilSec, _book.head.pausedUntilSec, GUARDED_PAUSE_SEC);
        }
        _book.head.pausedUntilSec = untilSec;
        emit ClaimsPausedUntil(untilSec, reasonHash);
    }

    /// @inheritdoc IRegistry
    function guardian() external view returns (address) {
        return _guardian;
    }

    /// @inheritdoc IRegistry
    function council() external view returns (address) {
        return _council;
    }

    /// @inheritdoc IRegistry
    function parameters() external view returns (Parameters memory) {
        return _book.parameters;
    }

    /// @inheritdoc IRegistry
    function head() external view returns (Head memory) {
        return _book.head;
    }

    /// @inheritdoc IRegistry
    function runtime(uint16 version) external view returns (Runtime memory) {
        return _runtimes[version];
    }

    /// @inheritdoc IRegistry
    function minimumKeyTier(uint8 role) external view returns (uint8) {
        return _book.minimumTierOf[role];
    }

    function _requireCouncil() private view {
        require(msg.sender == _council, NotCouncil(msg.sender));
    }

    /// @dev Of the guardian: longer than what is, and not for long.
    function _requireRestriction(uint256 untilSec, uint256 currentSec, uint256 longestSec)
        internal
        view
    {
        require(msg.sender == _guardian, NotGuardian(msg.sender));
        require(
            untilSec > currentSec && untilSec <= block.timestamp + longestSec,
            OutOfBounds("untilSec", untilSec)
        );
    }

    function _setParameters(Parameters memory parameters_) private {
        ParameterBounds.check(parameters_);
        uint32 before = _book.parameters.unbondingSec;
        if (before > parameters_.unbondingSec) {
            _book.pastTerms.push(UnbondingTerm(uint40(block.timestamp), before));
        }
        _book.parameters = parameters_;
        _book.head.deltaSec = parameters_.deltaSec;
        _book.head.leaseMarginSec = parameters_.leaseMarginSec;
        _book.head.claimWindowSec = parameters_.claimWindowSec;
        _book.head.confirmations = parameters_.confirmations;
        emit ParametersChanged(parameters_);
    }

    function _setCouncil(address council_) private {
        require(council_ != address(0), EmptyField("council"));
        _council = council_;
        emit CouncilChanged(council_);
    }
}

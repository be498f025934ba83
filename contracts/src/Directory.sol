// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IDirectory } from "./interfaces/IDirectory.sol";

/// @title Directory: which contracts belong to which version. Entries are added and never changed.
contract Directory is IDirectory {
    uint256 internal constant LONGEST_NOTICE_SEC = 90 days;

    address private immutable _announcer;
    uint32 private immutable _noticeSec;

    uint32 private _count;
    mapping(uint32 number => Version) private _versions;
    mapping(address registry => uint32) private _versionOf;

    /// @param first Active at once: there is nobody yet to be given notice.
    constructor(
        address announcer_,
        uint32 noticeSec_,
        Contracts memory first,
        string memory noteUri
    ) {
        require(announcer_ != address(0), NotAnnouncer(announcer_));
        require(noticeSec_ != 0 && noticeSec_ <= LONGEST_NOTICE_SEC, BadNotice(noticeSec_));
        _announcer = announcer_;
        _noticeSec = noticeSec_;
        _announce(first, uint40(block.timestamp), noteUri);
    }

    /// @inheritdoc IDirectory
    function announce(Contracts calldata contracts, uint40 activeFromSec, string calldata noteUri)
        external
        returns (uint32)
    {
        require(msg.sender == _announcer, NotAnnouncer(msg.sender));
        uint256 earliestSec = block.timestamp + _noticeSec;
        uint256 lastSec = _versions[_count].activeFromSec;
        // Versions become active in their order.
        if (lastSec > earliestSec) earliestSec = lastSec;
        require(activeFromSec >= earliestSec, TooSoon(activeFromSec, earliestSec));
        return _announce(contracts, activeFromSec, noteUri);
    }

    /// @inheritdoc IDirectory
    function announcer() external view returns (address) {
        return _announcer;
    }

    /// @inheritdoc IDirectory
    function noticeSec() external view returns (uint32) {
        return _noticeSec;
    }

    /// @inheritdoc IDirectory
    function versionCount() external view returns (uint32) {
        return _count;
    }

    /// @inheritdoc IDirectory
    function version(uint32 number) external view returns (Version memory) {
        require(number != 0 && number <= _count, UnknownVersion(number));
        return _versions[number];
    }

    /// @inheritdoc IDirectory
    function current() external view returns (uint32 number, Version memory found) {
        number = _count;
        while (_versions[number].activeFromSec > block.timestamp) {
            --number;
        }
        found = _versions[number];
    }

    /// @inheritdoc IDirectory
    function versionOf(address registry) external view returns (uint32) {
        return _versionOf[registry];
    }

    function _announce(Contracts memory contracts, uint40 activeFromSec, string memory noteUri)
        private
        returns (uint32 number)
    {
        require(_versionOf[contracts.registry] == 0, AlreadyListed(contracts.registry));
        bytes32 codesHash = _codesHash(contracts);
        number = ++_count;
        _versions[number] = Version({
            contracts: contracts,
            codesHash: codesHash,
            announcedAtSec: uint40(block.timestamp),
            activeFromSec: activeFromSec
        });
        _versionOf[contracts.registry] = number;
        emit VersionAnnounced(
            number, contracts.registry, contracts, codesHash, activeFromSec, noteUri
        );
    }

    function _codesHash(Contracts memory given) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                _codeHash(given.registry),
                _codeHash(given.intents),
                _codeHash(given.beacon),
                _codeHash(given.executions),
                _codeHash(given.disputes),
                _codeHash(given.gateway),
                _codeHash(given.vault)
            )
        );
    }

    function _codeHash(address given) private view returns (bytes32) {
        require(given.code.length != 0, NotAContract(given));
        return given.codehash;
    }
}

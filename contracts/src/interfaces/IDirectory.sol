// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Types of the directory.
interface IDirectoryTypes {
    /// @notice One installation of the contracts.
    struct Contracts {
        address registry;
        address intents;
        address beacon;
        address executions;
        address disputes;
        address gateway;
        address vault;
    }

    /// @param codesHash keccak256 over the code hashes of the contracts, in the order of `Contracts`, as they were then.
    /// @param announcedAtSec When it was added. @param activeFromSec From when new intents belong there.
    struct Version {
        Contracts contracts;
        bytes32 codesHash;
        uint40 announcedAtSec;
        uint40 activeFromSec;
    }
}

interface IDirectoryErrors {
    error NotAnnouncer(address sender);
    error TooSoon(uint256 activeFromSec, uint256 earliestSec);
    error NotAContract(address given);
    error AlreadyListed(address registry);
    error BadNotice(uint256 noticeSec);
    error UnknownVersion(uint32 version);
}

interface IDirectoryEvents {
    /// @param noteUri Where people read what changed.
    event VersionAnnounced(
        uint32 indexed version,
        address indexed registry,
        IDirectoryTypes.Contracts contracts,
        bytes32 codesHash,
        uint40 activeFromSec,
        string noteUri
    );
}

/// @title Directory: which contracts belong to which version. Entries are added and never changed.
/// @notice Versions are numbered from 1.
interface IDirectory is IDirectoryTypes, IDirectoryErrors, IDirectoryEvents {
    /// @notice Timelock only; active after the notice, and not before the version announced last.
    function announce(Contracts calldata contracts, uint40 activeFromSec, string calldata noteUri)
        external
        returns (uint32 version);

    function announcer() external view returns (address);
    function noticeSec() external view returns (uint32);
    function versionCount() external view returns (uint32);
    function version(uint32 number) external view returns (Version memory);
    /// @notice The version that is active now.
    function current() external view returns (uint32 number, Version memory found);
    /// @return number 0 when no version has this registry.
    function versionOf(address registry) external view returns (uint32 number);
}

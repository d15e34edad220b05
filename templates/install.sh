#!/bin/sh
# Puts the program into a folder: a released one if its checksum is right, or else one that is built here.
#
#   install.sh FOLDER
#
# What is wanted stands in the environment. In a checkout of the repository all of it may be left out.
#
#   WIRECOPY_RELEASES   an address or a folder, in which each tag has a folder with the files of its release
#   WIRECOPY_VERSION    the version, such as 0.1.0
#   WIRECOPY_REVISION   a tag or a commit: a release that was made of another one is not taken
#   WIRECOPY_SHA256     the checksum of the archive for this machine; without it, the one that the release states counts
#
# It ends with 0 if the program is there, with 3 if there is no such release and no checkout to build, and with 1 if something
# is wrong. A wrong checksum is: nothing is built then, and nothing is installed.
set -eu

say() { printf 'wirecopy: %s\n' "$1" >&2; }

fail() {
    say "$1"
    exit 1
}

# Builds the program of this checkout, since there is no release for the reason $1.
build() {
    [ -f "$checkout/Cargo.toml" ] || { say "$1"; exit 3; }
    say "$1: it is built, which takes some minutes"
    staging=$(mktemp -d)
    cargo install --quiet --locked --path "$checkout" --root "$staging"
    place "$staging/bin/$program"
    exit 0
}

# Gives a file its name in the folder, at once.
place() {
    mkdir -p "$folder"
    mv "$1" "$folder/.$program.$$"
    chmod 755 "$folder/.$program.$$"
    mv -f "$folder/.$program.$$" "$folder/$program"
}

# Gets a file of the release, or fails.
fetch() {
    case $releases in
    *://*)
        if command -v curl >/dev/null; then
            curl --fail --silent --show-error --location --retry 3 --output "$work/$1" "$releases/v$version/$1"
        elif command -v wget >/dev/null; then
            wget -q -O "$work/$1" "$releases/v$version/$1"
        else
            say 'curl or wget is wanted'
            return 1
        fi
        ;;
    *) cp "$releases/v$version/$1" "$work/$1" ;;
    esac
}

checksum() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1"
    elif command -v shasum >/dev/null; then
        shasum -a 256 "$1"
    else
        openssl dgst -r -sha256 "$1"
    fi | cut -d ' ' -f 1
}

folder=${1:?the folder is missing: install.sh FOLDER}
checkout=$(cd "$(dirname "$0")/.." && pwd)
staging=
work=$(mktemp -d)
trap 'rm -rf "$work" "$staging"' EXIT

program=wirecopy
ending=tar.gz
case "$(uname -s)-$(uname -m)" in
Linux-x86_64) target=x86_64-unknown-linux-musl ;;
Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
Darwin-x86_64) target=x86_64-apple-darwin ;;
Darwin-arm64) target=aarch64-apple-darwin ;;
MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc program=wirecopy.exe ending=zip ;;
*) build "there is no release for $(uname -s) on $(uname -m)" ;;
esac

version=${WIRECOPY_VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "$checkout/Cargo.toml" 2>/dev/null | head -n 1)}
[ -n "$version" ] || fail 'no version: set WIRECOPY_VERSION'
releases=${WIRECOPY_RELEASES-}
[ -n "$releases" ] || build 'no releases are named'

revision=${WIRECOPY_REVISION-}
if [ -n "$revision" ] && [ "$revision" != "v$version" ]; then
    fetch "wirecopy-$version.commit" || build "version $version is not released"
    [ "$(cat "$work/wirecopy-$version.commit")" = "$revision" ] || build "the release of $version is not $revision"
fi

name=wirecopy-$version-$target
archive=$name.$ending
fetch "$archive" || build "version $version is not released for $target"
wanted=${WIRECOPY_SHA256-}
if [ -z "$wanted" ]; then
    fetch "$archive.sha256" || build "the release of $version has no checksum for $target"
    wanted=$(cut -d ' ' -f 1 "$work/$archive.sha256")
fi
found=$(checksum "$work/$archive")
[ "$found" = "$wanted" ] || fail "$archive has the checksum $found, not $wanted: it is not installed"

if [ "$ending" = zip ]; then unzip -q "$work/$archive" -d "$work"; else tar -xzf "$work/$archive" -C "$work"; fi
place "$work/$name/$program"
say "version $version is installed"

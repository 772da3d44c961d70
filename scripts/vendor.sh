#!/bin/sh
# Fetches the two files that others wrote and HULK serves, and records version, licence and hash in static/vendor/VENDOR.md.
# Run it to move to a newer version; what is in the repository is what is served.
set -eu
cd "$(dirname "$0")/../static/vendor"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One line a file: package, version, licence, path in the package, name here.
files="bootstrap 5.3.9 MIT dist/css/bootstrap-reboot.min.css bootstrap-reboot.min.css
plotly.js-basic-dist-min 4.1.1 MIT plotly-basic.min.js plotly-basic.min.js"

{
    echo "# What others wrote"
    echo
    echo "Written by \`scripts/vendor.sh\` from the npm packages; unchanged but for the \`sourceMappingURL\` line, whose map is not served."
    echo
    echo "| file | package | version | licence | sha256 |"
    echo "|---|---|---|---|---|"
} > "$work/VENDOR.md"

echo "$files" | while read -r package version licence path name; do
    npm pack --silent --pack-destination "$work" "$package@$version" > /dev/null
    tar -xzf "$work"/"$package-$version.tgz" -C "$work" "package/$path"
    sed -e '/^\/\/# sourceMappingURL=/d' -e 's:/\*# sourceMappingURL=[^*]*\*/::' "$work/package/$path" > "$name"
    echo "| \`$name\` | $package | $version | $licence | \`$(sha256sum "$name" | cut -d' ' -f1)\` |" >> "$work/VENDOR.md"
done
cp "$work/VENDOR.md" VENDOR.md

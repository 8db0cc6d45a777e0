<?php

// The naive way: decode until nothing changes, backslashes are slashes, a NUL
// ends the name, and compatible characters are made ASCII by iconv.

$path = strtok($_SERVER['REQUEST_URI'], '?');

do {
    $before = $path;
    $path = rawurldecode($path);
} while ($path !== $before);

$ascii = @iconv('UTF-8', 'ASCII//TRANSLIT//IGNORE', $path);
if ($ascii !== false) {
    $path = $ascii;
}

$path = strtr($path, '\\', '/');
$path = explode("\0", $path)[0];

$file = getenv('JUDGE_ROOT') . '/' . $path;
if (is_dir($file)) {
    $file .= '/index.html';
}

if (is_file($file)) {
    readfile($file);
} else {
    http_response_code(404);
    echo "nothing here\n";
}

<?php

// Applications that decode with what PHP offers, until nothing changes.
// JUDGE_READING says how:
//
//   utf8    utf8_decode, then what is left from 80 up is taken out; the "?" that
//           it makes of what Latin-1 has not stays, as it is ASCII
//   iconv   iconv with //IGNORE, which drops what ASCII has not
//   mb      mb_convert_encoding, told to put nothing in place of such
//   7bit    each byte & 0x7f
//   strip   encoded slashes, backslashes and dots are removed once more

error_reporting(0);
mb_substitute_character('none');

function ascii($text)
{
    switch (getenv('JUDGE_READING')) {
    case 'utf8':
        return preg_replace('/[\x80-\xff]/', '', utf8_decode($text));
    case 'iconv':
        return iconv('UTF-8', 'ASCII//IGNORE', $text);
    case 'mb':
        return mb_convert_encoding($text, 'ASCII', 'UTF-8');
    case '7bit':
        return $text & str_repeat("\x7f", strlen($text));
    case 'strip':
        return str_ireplace(['%2f', '%5c', '%2e'], '', $text);
    }
}

$path = strtok($_SERVER['REQUEST_URI'], '?');

do {
    $before = $path;
    $path = rawurldecode($path);
    $ascii = ascii($path);
    $path = $ascii === false ? $path : $ascii;
} while ($path !== $before);

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

/** Rings in degrees with what the server measures of them: metres along the open line, square metres inside. */
export const vectors = [
  {
    "ring": [
      [
        24.94,
        60.17
      ],
      [
        24.945,
        60.17
      ],
      [
        24.945,
        60.1725
      ],
      [
        24.94,
        60.1725
      ]
    ],
    "metres": 833.6516,
    "square_metres": 77310.118
  },
  {
    "ring": [
      [
        113.26,
        23.12
      ],
      [
        113.33,
        23.121
      ],
      [
        113.31,
        23.18
      ],
      [
        113.27,
        23.17
      ]
    ],
    "metres": 18261.2461,
    "square_metres": 34308607.847
  },
  {
    "ring": [
      [
        116.39,
        39.9
      ],
      [
        116.3905,
        39.9001
      ],
      [
        116.3903,
        39.9006
      ]
    ],
    "metres": 102.2685,
    "square_metres": 1281.868
  },
  {
    "ring": [
      [
        -58.4,
        -34.6
      ],
      [
        -58.39,
        -34.6
      ],
      [
        -58.395,
        -34.59
      ]
    ],
    "metres": 2117.7196,
    "square_metres": 508801.224
  }
];
